// People who come and go: rooms, polls, phones, projectors, feeds and subscriptions that begin and end at random.
import { setTimeout as delay } from 'node:timers/promises'
import type { Ack } from '../../server/protocol/events.ts'
import type { Answer, NewPoll, Poll, PollKind } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../../test/helpers/clients.ts'
import { openEventStream } from '../../test/helpers/event-stream.ts'
import { subscribeResults } from '../../test/helpers/graphql.ts'
import { withOwner } from '../../test/helpers/owner.ts'
import { connectRaw, openWebSocket } from '../../test/helpers/raw-socket.ts'
import { expectOk, expectServed } from './expect-ok.ts'

interface Party { code: string, roomId: string, polls: Poll[] }
type Pick = <T>(values: readonly T[]) => T | undefined

interface Place {
  url: string
  /** Rooms that are there now. */
  parties: Set<Party>
  random: () => number
  isOver: () => boolean
}

/** What became of the visits, by their kind. */
export type Visits = Record<string, { done: number, failed: number, firstFailure: string }>

const options = ['A', 'B', 'C'].map((label) => ({ label }))
const drafts: NewPoll[] = [
  { kind: 'single', question: 'Which?', options, revote: 'change' },
  { kind: 'multiple', question: 'Which ones?', options, revote: 'withdraw', resultsVisibility: 'after_vote' },
  { kind: 'ranking', question: 'In which order?', options, revote: 'change' },
  { kind: 'rating', question: 'How good?', options: [], revote: 'change' },
  { kind: 'number', question: 'How many?', options: [], revote: 'change' },
  { kind: 'words', question: 'What comes to mind?', options: [], revote: 'change' },
  { kind: 'text', question: 'Why?', options: [], revote: 'change' }
]

function answerTo (kind: PollKind, random: () => number): Answer {
  const id = 1 + Math.floor(random() * 3)
  if (kind === 'rating' || kind === 'number') return { value: id }
  if (kind === 'words') return { words: [`word ${Math.floor(random() * 50)}`] }
  return kind === 'text' ? { text: `because of ${id}` } : { choices: [id] }
}

function pickWith (random: () => number): Pick {
  return (values) => values[Math.floor(random() * values.length)]
}

/** Everyone comes and goes until it is over; resolves when all have left. */
export async function churn (url: string, random: () => number, isOver: () => boolean): Promise<Visits> {
  const place: Place = { url, parties: new Set(), random, isOver }
  const visits: Visits = {}
  const crowds: [string, number, () => Promise<void>][] = [
    ['rooms', 4, await partyOf(place)],
    ['sockets', 16, async () => { await visitSocket(place) }],
    ['sockets cut off', 8, async () => { await visitAndBreak(place) }],
    ['feeds', 6, async () => { await visitFeed(place) }],
    ['subscriptions', 4, async () => { await visitSubscription(place) }],
    ['readers', 3, async () => { await read(place) }]
  ]
  await Promise.all(crowds.flatMap(([kind, count, visit]) => {
    const counts = visits[kind] = { done: 0, failed: 0, firstFailure: '' }
    return Array.from({ length: count }, async () => {
      while (!isOver()) {
        await visit().then(() => { counts.done += 1 }, (error: unknown) => {
          counts.failed += 1
          counts.firstFailure ||= String(error)
        })
        // A room may have gone in the middle of a visit; the next one is not at once.
        await delay(20)
      }
    })
  }))
  return visits
}

async function linger ({ random }: Place, ms: number): Promise<void> {
  await delay(ms * random())
}

/** A room with polls that are opened, used and closed; then some of it is deleted, or all of it, or nothing. */
async function partyOf (place: Place): Promise<() => Promise<void>> {
  const { url, parties, random } = place
  const hosts = await Promise.all(Array.from({ length: 4 }, async () => await registerHost(url)))
  const pick = pickWith(random)
  return async () => {
    const host = pick(hosts)
    if (host === undefined) return
    const { body: room } = await host.call<{ id: string, code: string }>('POST', '/rooms', { title: 'Soak' })
    const polls: Poll[] = []
    for (let count = 0; count < 3; count++) {
      const poll = await host.openPoll({ ...pick(drafts), roomId: room.id })
      if (poll.status !== 'open') throw new Error(`a poll could not be opened: ${JSON.stringify(poll)}`)
      polls.push(poll)
    }
    const party = { code: room.code, roomId: room.id, polls }
    parties.add(party)
    for (const { id } of polls) {
      await linger(place, 2000)
      for (const command of pick([['close'], ['pause', 'open', 'close'], ['reset', 'open'], []]) ?? []) expectOk(command, await host.command(id, command))
    }
    await linger(place, 2000)
    parties.delete(party)
    const fate = random()
    if (fate < 0.4) expectOk('the end of a room', await host.call('DELETE', `/rooms/${room.id}`))
    else if (fate < 0.7) for (const { id } of polls) expectOk('the end of a poll', await host.call('DELETE', `/polls/${id}`, undefined, { 'if-match': '*' }))
  }
}

/** Waits for a room to be there; undefined when it is over before. */
async function findParty ({ parties, random, isOver }: Place): Promise<{ party: Party, poll: Poll } | undefined> {
  const pick = pickWith(random)
  while (!isOver()) {
    const party = pick(Array.from(parties))
    const poll = party && pick(party.polls)
    if (party !== undefined && poll !== undefined) return { party, poll }
    await delay(50)
  }
  return undefined
}

async function visitSocket (place: Place): Promise<void> {
  await withOwner(async (owner) => {
    const found = await findParty(place)
    if (found === undefined) return
    const { call } = await connectSocket(owner, place.url)
    expectServed('room:join', await call('room:join', { code: found.party.code }))
    for (const { id, kind } of found.party.polls) {
      expectServed('vote:cast', await call('vote:cast', { pollId: id, answer: answerTo(kind, place.random) }))
      // Most polls keep what they have, and a vote that was refused cannot be taken back.
      if (place.random() < 0.2) expectServed('vote:withdraw', await call('vote:withdraw', { pollId: id }), ['conflict', 'not_found'])
      await linger(place, 500)
    }
    if (place.random() < 0.3) expectOk('room:leave', await call('room:leave', {}))
  })
}

/** The connection ends without a word, in the middle of whatever it does. */
async function visitAndBreak (place: Place): Promise<void> {
  await withOwner(async (owner) => {
    const found = await findParty(place)
    if (found === undefined) return
    const { ask, ws } = await connectRaw(owner, place.url)
    expectServed('room:join', readAck(await ask('room:join', { code: found.party.code })))
    expectServed('vote:cast', readAck(await ask('vote:cast', { pollId: found.poll.id, answer: answerTo(found.poll.kind, place.random) })))
    await linger(place, 1000)
    ws.send(`42["vote:cast",${JSON.stringify({ pollId: found.poll.id, answer: answerTo(found.poll.kind, place.random) })}]`)
  })
}

function readAck (packet: string): Ack<unknown> {
  const [ack]: Ack<unknown>[] = JSON.parse(packet.slice(packet.indexOf('[')))
  if (ack === undefined) throw new Error('an acknowledgement is empty')
  return ack
}

async function visitFeed (place: Place): Promise<void> {
  await withOwner(async (owner) => {
    const found = await findParty(place)
    if (found === undefined) return
    const path = `/api/v1/polls/${found.poll.id}/live`
    if (place.random() < 0.5) {
      const { status } = await openEventStream(owner, place.url + path)
      expectServed('a stream of events', { status, body: undefined }, [404])
    } else await openWebSocket(owner, place.url, path)
    await linger(place, 1500)
  })
}

async function visitSubscription (place: Place): Promise<void> {
  await withOwner(async (owner) => {
    const found = await findParty(place)
    if (found === undefined) return
    const { connected, completed, errors } = await subscribeResults(owner, place.url, found.poll.id)
    await Promise.race([connected, completed.then(() => { if (errors.length === 0) throw new Error('a subscription ended at its start') })])
    await linger(place, 1500)
    for (const { extensions: { code, status } } of errors) expectServed('a subscription', { status, body: { code } }, ['results_hidden'])
  })
}

/** Over HTTP alone. */
async function read (place: Place): Promise<void> {
  const found = await findParty(place)
  if (found === undefined) return
  const { voterToken } = await createVoter(place.url)
  expectServed('a vote over HTTP', await voteOverHttp(place.url, voterToken, found.poll.id, answerTo(found.poll.kind, place.random)))
  const get = async (path: string, ...explained: (ErrorCode | number)[]) => { expectServed(path, await request(place.url, 'GET', path), explained) }
  await get(`/api/v1/polls/${found.poll.id}/results`, 'results_hidden')
  await get(`/api/v1/polls/${found.poll.id}/results?version=2`, 'results_hidden')
  await get(`/api/v1/polls/${found.poll.id}/timeline`, 'results_hidden')
  // A page says it in words.
  await get(`/j/${found.party.code}`, 404)
  await linger(place, 300)
}
