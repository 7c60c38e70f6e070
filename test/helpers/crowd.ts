// Many people at once, and what must be true of their votes afterwards, whatever happened to the server.
import type { Sql } from 'postgres'
import type { Test } from 'tap'
import type { Ack } from '../../server/protocol/events.ts'
import type { Poll, Receipt, Results } from '../../server/protocol/poll.ts'
import { connectSocket, createVoter, type Audience, type Host } from './clients.ts'
import { countBallots, recount } from './ledger.ts'

export async function connectMany (t: Test, url: string, count: number): Promise<Audience[]> {
  return await Promise.all(Array.from({ length: count }, async () => await connectSocket(t, url)))
}

function isRising (frames: Results[]): boolean {
  return frames.every(({ version }, at) => at === 0 || version > (frames[at - 1]?.version ?? 0))
}

function tallyOf ({ voters, counts }: Results) {
  return { voters, counts }
}

/** Everyone votes at the same moment, and every tenth watches. Returns what the server says in the end. */
export async function everyoneVotes (t: Test, url: string, host: Host, people: number): Promise<Results> {
  const poll = await host.createPoll({ options: ['A', 'B', 'C'].map((label) => ({ label })) })
  const voters = await connectMany(t, url, people)
  const watchers = voters.filter((_, at) => at % 10 === 0)
  await host.command(poll.id, 'open')
  await Promise.all(watchers.map(async (watcher) => await watcher.joinPoll(poll.id)))

  const acks = await Promise.all(voters.map(async (voter, at) => await voter.vote(poll.id, 1 + at % 3)))
  const lastAckAt = performance.now()
  t.equal(acks.filter((ack) => ack.ok && ack.data.status === 'recorded').length, people, '[V1] everyone is acknowledged')
  await Promise.all(watchers.map(async (watcher) => await watcher.resultsWhere(({ voters }) => voters === people)))
  // A second, and what 500 clients in one process take by themselves.
  t.ok(performance.now() - lastAckAt < 1500, `[R4] everyone sees it ${Math.round(performance.now() - lastAckAt)} ms after the last acknowledgement`)
  const { body } = await host.results(poll.id)
  const third = (at: number) => Math.floor((people - at + 2) / 3)
  t.match(body, { voters: people, counts: { 1: third(0), 2: third(1), 3: third(2) } })
  const versions = acks.map((ack) => ack.ok ? ack.data.version ?? 0 : 0)
  t.equal(Math.max(...versions), body.version, 'the newest receipt names the newest version')
  t.ok(watchers.every(({ frames }) => isRising(frames)), '[R3] nobody went back')
  t.ok(watchers.every(({ frames }) => frames.at(-1)?.version === body.version), 'the last frame is the last state')
  return body
}

/** Who votes in each poll of voteOnAll. */
export const people = 100

interface Voter { token: string, choice: number }
type Answers = Map<Voter, Ack<Receipt> | 'lost'>

export async function registerVoters (url: string): Promise<Voter[]> {
  return await Promise.all(Array.from({ length: people }, async (_, at) => ({ token: (await createVoter(url)).voterToken, choice: 1 + at % 2 })))
}

export async function connectVoters (t: Test, url: string, voters: Voter[]): Promise<Map<Voter, Audience>> {
  return new Map(await Promise.all(voters.map(async (voter) => [voter, await connectSocket(t, url, { auth: { voterToken: voter.token } })] as const)))
}

/** Resolves when the ack has come, or when the connection has ended without it. */
async function castOrLose ({ socket, vote }: Audience, pollId: string, choice: number): Promise<Ack<Receipt> | 'lost'> {
  if (!socket.connected) return 'lost'
  return await new Promise((resolve, reject) => {
    const lose = () => { resolve('lost') }
    socket.once('disconnect', lose)
    vote(pollId, choice).then((ack) => {
      socket.off('disconnect', lose)
      resolve(ack)
    }, reject)
  })
}

/** Everyone votes on one poll after the other, until all are through or the connection has gone. `onAck` is told how many acks there are, and how long this one took. */
export async function voteOnAll (polls: Poll[], sockets: Map<Voter, Audience>, onAck: (count: number, tookMs: number) => void): Promise<Map<Poll, Answers>> {
  const answers = new Map(polls.map((poll): [Poll, Answers] => [poll, new Map()]))
  let count = 0
  await Promise.all(Array.from(sockets, async ([voter, socket]) => {
    for (const [poll, ofPoll] of answers) {
      const castAt = performance.now()
      const ack = await castOrLose(socket, poll.id, voter.choice)
      ofPoll.set(voter, ack)
      if (ack !== 'lost') onAck(++count, performance.now() - castAt)
    }
  }))
  return answers
}

/** Every vote is sent again: those that were acknowledged are unchanged, the others count now or have counted. */
export async function retryAll (t: Test, url: string, answers: Map<Poll, Answers>): Promise<void> {
  const voters = Array.from(Array.from(answers.values())[0]?.keys() ?? [])
  const sockets = await connectVoters(t, url, voters)
  let acknowledged = 0
  let lost = 0
  for (const [poll, ofPoll] of answers) {
    await Promise.all(Array.from(ofPoll, async ([voter, before]) => {
      const after = await sockets.get(voter)?.vote(poll.id, voter.choice)
      if (after === undefined || !after.ok) return t.fail('a retry was refused', { after })
      if (before === 'lost' || !before.ok) {
        lost += 1
        if (!['recorded', 'unchanged'].includes(after.data.status)) t.fail('[V7] a retry counted otherwise', { after })
        return
      }
      acknowledged += 1
      const expected = { ...before.data, status: 'unchanged' }
      if (JSON.stringify(after.data) !== JSON.stringify(expected)) t.fail('[V1] an acknowledged vote is not there', { before, after })
    }))
  }
  t.ok(acknowledged > 0 && lost > 0, `[V3] ${acknowledged} acknowledged votes are unchanged, ${lost} others count now`)
}

/** What the server says of the polls: everyone counts once in each. */
export async function readTotals (t: Test, host: Host, polls: Poll[]): Promise<Results[]> {
  const totals = await Promise.all(polls.map(async ({ id }) => (await host.results(id)).body))
  for (const results of totals) t.match(results, { voters: people, counts: { 1: people / 2, 2: people / 2 } })
  return totals
}

/** The ballots say the same, and there is one for each voter and poll. */
export async function checkBallots (t: Test, ledger: Sql, totals: Results[]): Promise<void> {
  for (const results of totals) {
    t.same(await recount(ledger, results), tallyOf(results), '[R2]')
    t.equal(await countBallots(ledger, results.pollId), results.voters, '[V2] one ballot each')
  }
}
