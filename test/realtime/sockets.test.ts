import t from 'tap'
import type { Participation } from '../../server/protocol/participation.ts'
import type { OwnVote, Poll } from '../../server/protocol/poll.ts'
import type { Response } from '../../server/protocol/response.ts'
import type { RoomState } from '../../server/protocol/room.ts'
import { createCallers } from '../helpers/callers.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, type Audience } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)

/** Keeps what the server tells of polls and rooms. */
function listen ({ socket }: Audience) {
  const polls: Poll[] = []
  const rooms: RoomState[] = []
  const removed: string[] = []
  socket.on('poll', (poll) => { polls.push(poll) })
  socket.on('room', (room) => { rooms.push(room) })
  socket.on('poll:removed', ({ pollId }) => { removed.push(pollId) })
  return { polls, rooms, removed }
}

async function until (check: () => boolean, message: string, timeoutMs = 5000): Promise<void> {
  await waitUntil(async () => check(), timeoutMs, () => message)
}

t.test('[R1] joining a poll answers its whole view', async (t) => {
  const poll = await host.openPoll({ question: 'Tea?', revote: 'change' })
  const voter = await connectSocket(t, url)
  const { now, voterToken, ...view } = await voter.joinPoll(poll.id)
  t.match(voterToken, /^voter\./)
  t.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000)
  t.same(view, {
    poll: {
      id: poll.id,
      roomId: poll.roomId,
      kind: 'single',
      question: 'Tea?',
      options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }],
      status: 'open',
      round: 1,
      revote: 'change',
      resultsVisibility: 'live',
      revealed: null,
      minChoices: 1,
      maxChoices: 1,
      opensAt: null,
      closesAt: null,
      revision: 2,
      createdAt: poll.createdAt,
      updatedAt: poll.updatedAt
    },
    results: { pollId: poll.id, round: 1, version: 2, status: 'open', final: false, voters: 0, counts: { 1: 0, 2: 0 }, at: poll.updatedAt },
    myVote: null
  })

  const receipt = await voter.vote(poll.id, 2)
  t.match(receipt, { ok: true, data: { pollId: poll.id, round: 1, status: 'recorded', version: 3, castAt: /^\d{4}-.*Z$/ } })
  t.match(await voter.joinPoll(poll.id), { results: { version: 3, voters: 1, counts: { 1: 0, 2: 1 } }, myVote: { choices: [2] } })
})

t.test('[R1] every change that viewers see is one version, and reaches them', async (t) => {
  const poll = await host.createPoll({ revote: 'withdraw' })
  t.match((await host.results(poll.id)).body, { version: 1 })
  await host.command(poll.id, 'open')
  const watcher = await connectSocket(t, url)
  const { polls } = listen(watcher)
  const voter = await connectSocket(t, url)
  await watcher.joinPoll(poll.id)

  const editLabels = async () => {
    const edited = { options: [{ id: 1, label: 'Aye' }, { id: 2, label: 'Nay' }] }
    await host.call('PATCH', `/polls/${poll.id}`, edited, { 'if-match': '*' })
  }
  const steps: [what: string, act: () => Promise<unknown>, expected: object][] = [
    ['a vote', () => voter.vote(poll.id, 1), { voters: 1, counts: { 1: 1, 2: 0 }, status: 'open' }],
    ['another answer', () => voter.vote(poll.id, 2), { voters: 1, counts: { 1: 0, 2: 1 } }],
    ['an edit', editLabels, { voters: 1, counts: { 1: 0, 2: 1 } }],
    ['a pause', () => host.command(poll.id, 'pause'), { status: 'paused', final: false }],
    ['opening it again', () => host.command(poll.id, 'open'), { status: 'open' }],
    ['hiding', () => host.call('POST', `/polls/${poll.id}/reveal`, { revealed: false }), {}],
    ['revealing', () => host.call('POST', `/polls/${poll.id}/reveal`, { revealed: true }), { counts: { 1: 0, 2: 1 } }],
    ['taking the vote back', () => voter.call('vote:withdraw', { pollId: poll.id }), { voters: 0, counts: { 1: 0, 2: 0 } }],
    ['closing', () => host.command(poll.id, 'close'), { status: 'closed', final: true }],
    ['opening it once more', () => host.command(poll.id, 'open'), { status: 'open', final: false }],
    ['a new round', () => host.command(poll.id, 'reset'), { status: 'paused', round: 2, voters: 0, final: false }]
  ]
  let version = 2
  for (const [what, act, expected] of steps) {
    await act()
    version += 1
    t.match((await host.results(poll.id)).body, { ...expected, version }, `${what} makes version ${version}`)
    if (what !== 'hiding') t.match(await watcher.resultsWhere((results) => results.version === version), expected, `${what} is sent out`)
  }
  t.same((await host.command(poll.id, 'reset')).body.round, 3)
  t.match((await host.command(poll.id, 'pause')).body, { revision: 11 }, 'a command for the state that it is in changes nothing')
  t.match((await host.results(poll.id)).body, { version: version + 1 })
  await until(() => polls.at(-1)?.round === 3, 'the poll of round 3 was not sent')
  t.match(polls.map(({ status, round }) => `${status} ${round}`), [
    'open 1', 'paused 1', 'open 1', 'open 1', 'open 1', 'closed 1', 'open 1', 'paused 2', 'paused 3'])
  t.match(polls[0]?.options, [{ label: 'Aye' }, { label: 'Nay' }])
  const revisions = polls.map(({ revision }) => revision)
  t.same(revisions, Array.from(new Set(revisions)).sort((a, b) => a - b), '[R3] revisions only rise')
})

t.test('[R4] a room is joined by its code in any spelling, and its polls come by themselves', async (t) => {
  const first = await host.openPoll({ question: 'First?' })
  const { roomId } = first
  const code = await host.codeOf(first)
  const draft = await host.createPoll({ roomId, question: 'Later?' })
  const archived = await host.createPoll({ roomId, question: 'Never?' })
  await host.command(archived.id, 'archive')
  const closed = await host.openPoll({ roomId, question: 'Over?' })
  await host.command(closed.id, 'close')
  const audience = await connectSocket(t, url)
  const { polls } = listen(audience)

  for (const spelling of [code, code.toLowerCase(), ` ${code.slice(0, 3)} ${code.slice(3)} `, `${code.slice(0, 3)}-${code.slice(3)}`]) {
    const ack = await audience.call('room:join', { code: spelling })
    t.match(ack, { ok: true, data: { room: { id: roomId, code, title: 'First?', currentPollId: null, access: 'open' }, voterToken: String } }, spelling)
    t.same(ack.ok && ack.data.polls.map(({ poll }) => poll.id), [first.id, closed.id], 'in the host\'s order, without drafts and archived polls')
    t.same(ack.ok && Object.keys(ack.data.polls[0] ?? {}).sort(), ['myVote', 'now', 'poll', 'results'])
  }
  t.match(await audience.call('room:join', { code: 'ZZZZZZ' }), { ok: false, error: { code: 'room_not_found', status: 404 } })

  await host.command(draft.id, 'open')
  await until(() => polls.some(({ id, status }) => id === draft.id && status === 'open'), 'the new poll did not reach the room')
  const counted = audience.resultsWhere((results) => results.pollId === draft.id && results.voters === 1)
  await audience.vote(draft.id, 1)
  t.match(await counted, { counts: { 1: 1, 2: 0 } }, 'its results follow without another join')
})

t.test('who manages a room is told in which role, and nobody else is', async (t) => {
  const { room, tokens } = await createCallers(url)
  for (const role of ['owner', 'editor', 'moderator', 'viewer']) {
    const socket = await connectSocket(t, url, { auth: { accessToken: tokens[role] ?? '' } })
    t.match(await socket.call('room:join', { code: room.code }), { ok: true, data: { role } }, role)
  }
  const others = { stranger: { accessToken: tokens.stranger ?? '' }, presenter: { presenterToken: tokens.presenter ?? '' }, voter: {} }
  for (const [name, auth] of Object.entries(others)) {
    const socket = await connectSocket(t, url, { auth })
    const ack = await socket.call('room:join', { code: room.code })
    t.ok(ack.ok && !Object.hasOwn(ack.data, 'role'), name)
  }
})

t.test('[R4] who has left a room or a poll is sent nothing more', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const code = await host.codeOf(poll)
  const [inRoom, inPoll, stays, voter] = await Promise.all([connectSocket(t, url), connectSocket(t, url), connectSocket(t, url), connectSocket(t, url)])
  await Promise.all([inRoom.call('room:join', { code }), inPoll.joinPoll(poll.id), stays.joinPoll(poll.id)])
  await voter.vote(poll.id, 1)
  for (const audience of [inRoom, inPoll, stays]) t.match(await audience.resultsWhere(({ voters }) => voters === 1), { counts: { 1: 1 } })

  t.same(await inRoom.call('room:leave', {}), { ok: true, data: {} })
  t.same(await inPoll.call('poll:leave', { pollId: poll.id }), { ok: true, data: {} })
  t.same(await inRoom.call('room:leave', {}), { ok: true, data: {} }, 'leaving twice is no error')
  const heard = [inRoom, inPoll].map((audience) => listen(audience))
  const before = [inRoom.frames.length, inPoll.frames.length]
  await voter.vote(poll.id, 2)
  await stays.resultsWhere(({ counts }) => counts[2] === 1)
  await host.command(poll.id, 'close')
  await stays.resultsWhere(({ final }) => final)
  // Whatever was sent before these answers would have come before them.
  await Promise.all([inRoom, inPoll].map(async (audience) => await audience.call('room:leave', {})))
  t.same([inRoom.frames.length, inPoll.frames.length], before)
  t.same(heard.map(({ polls }) => polls.length), [0, 0])
})

t.test('[R3] a room tells what is on stage and how many people are there', async (t) => {
  const poll = await host.openPoll()
  const code = await host.codeOf(poll)
  const first = await connectSocket(t, url)
  const { rooms } = listen(first)
  const presenter = await connectSocket(t, url, { auth: { accessToken: host.accessToken } })
  await Promise.all([first.call('room:join', { code }), presenter.call('room:join', { code })])
  await until(() => rooms.at(-1)?.present === 1, 'the first person was not counted alone')
  const second = await connectSocket(t, url)
  await second.call('room:join', { code })
  await until(() => rooms.at(-1)?.present === 2, 'the second person was not counted')

  const { body: room } = await host.call<RoomState>('PUT', `/rooms/${poll.roomId}/stage`, { pollId: poll.id })
  await until(() => rooms.at(-1)?.currentPollId === poll.id, 'the stage was not told')
  t.same(rooms.at(-1), { roomId: poll.roomId, revision: room.revision, title: poll.question, currentPollId: poll.id, access: 'open', questionsMode: 'off', present: 2 })
  t.match(await second.call('room:join', { code }), { ok: true, data: { room: { currentPollId: poll.id }, present: 2 } }, 'who joins later is told as well')
  await host.call('PUT', `/rooms/${poll.roomId}/stage`, { pollId: null })
  await until(() => rooms.at(-1)?.currentPollId === null, 'the empty stage was not told')
  t.match(rooms.at(-1), { revision: room.revision + 1 })
  await host.call('PATCH', `/rooms/${poll.roomId}`, { title: 'All hands', accent: '#d55e00', questionsMode: 'pre' })
  await until(() => rooms.at(-1)?.title === 'All hands', 'the new title was not told')
  t.match(rooms.at(-1), { revision: room.revision + 2, accent: '#d55e00', questionsMode: 'pre' })

  second.socket.disconnect()
  await until(() => rooms.at(-1)?.present === 1, 'who has gone is still counted')
  const revisions = rooms.map(({ revision }) => revision)
  t.same(revisions, revisions.toSorted((a, b) => a - b), 'revisions never go back')
})

t.test('[R6] a review is told to whoever wrote the answer, wherever they are connected, and to nobody else', async (t) => {
  const poll = await host.openPoll({ kind: 'text', options: [], moderation: 'pre', revote: 'change' })
  const code = await host.codeOf(poll)
  const { voterId, voterToken } = await createVoter(url)
  const own = [await connectSocket(t, url, { auth: { voterToken } }), await connectSocket(t, url, { auth: { voterToken } })]
  const others = [await connectSocket(t, url), await connectSocket(t, url, { auth: { accessToken: host.accessToken } })]
  const told = new Map<Audience, OwnVote[]>()
  for (const audience of [...own, ...others]) {
    const votes: OwnVote[] = []
    told.set(audience, votes)
    audience.socket.on('vote', (vote) => { votes.push(vote) })
    await audience.call('room:join', { code })
  }
  t.match(await own[0]?.call('vote:cast', { pollId: poll.id, answer: { text: 'Tea' } }), { ok: true, data: { held: true, review: 'held' } })
  await others[0]?.call('vote:cast', { pollId: poll.id, answer: { text: 'Coffee' } })
  for (const [at, review] of (['shown', 'removed', 'removed', 'held'] as const).entries()) {
    const isAgain = at === 2
    const { body: { castAt } } = await host.call<Response>('PUT', `/polls/${poll.id}/responses/${voterId}`, { review })
    if (isAgain) continue
    const expected = { pollId: poll.id, round: 1, myVote: { text: 'Tea' }, ...(review === 'shown' ? {} : { held: true, review }), castAt }
    for (const audience of own) {
      await until(() => told.get(audience)?.at(-1)?.castAt === castAt, `${review} was not told`, 1000)
      t.same(told.get(audience)?.at(-1), expected, review)
    }
  }
  await Promise.all(others.map(async (audience) => await audience.call('room:leave', {})))
  t.same(Array.from(told.values(), ({ length }) => length), [3, 3, 0, 0])
  t.match(await own[0]?.call('room:join', { code }), { ok: true, data: { polls: [{ myVote: { text: 'Tea' }, held: true, review: 'held' }] } })
})

t.test('[R4] a deleted poll is removed from the screens', async (t) => {
  const poll = await host.openPoll()
  const sibling = await host.openPoll({ roomId: poll.roomId })
  const [inRoom, inPoll] = [await connectSocket(t, url), await connectSocket(t, url)]
  await inRoom.call('room:join', { code: await host.codeOf(poll) })
  await inPoll.joinPoll(poll.id)
  const removed = [listen(inRoom).removed, listen(inPoll).removed]
  t.equal((await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })).status, 204)
  await until(() => removed.every((ids) => ids.length > 0), 'the removal was not told')
  t.same(removed, [[poll.id], [poll.id]])
  t.match(await inPoll.call('poll:join', { pollId: poll.id }), { ok: false, error: { code: 'poll_not_found' } })
  t.match(await inPoll.vote(poll.id, 1), { ok: false, error: { code: 'poll_not_found' } })

  t.equal((await host.call('DELETE', `/rooms/${poll.roomId}`)).status, 204)
  await until(() => removed[0]?.includes(sibling.id) === true, 'a deleted room did not take its polls with it')
})

t.test('[V3] the same answer again is unchanged, with the stored receipt, in any state of the round', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', options: [{ label: 'A' }, { label: 'B' }, { label: 'C' }] })
  const voter = await connectSocket(t, url)
  const first = await voter.vote(poll.id, 3, 1)
  t.match(first, { ok: true, data: { status: 'recorded' } })
  const unchanged = { ok: true, data: { ...(first.ok && first.data), status: 'unchanged' } }
  t.same(await voter.vote(poll.id, 1, 3), unchanged, 'while it is open, in any order of choices')
  for (const command of ['pause', 'close', 'archive']) {
    await host.command(poll.id, command)
    t.same(await voter.vote(poll.id, 3, 1), unchanged, `after ${command}`)
  }
  t.match((await host.results(poll.id)).body, { voters: 1, counts: { 1: 1, 2: 0, 3: 1 } })
})

t.test('[V4] the poll says whether a vote may be changed or taken back', async (t) => {
  const voter = await connectSocket(t, url)
  const withdraw = async (pollId: string) => await voter.call('vote:withdraw', { pollId })
  const locked = await host.openPoll()
  await voter.vote(locked.id, 1)
  t.match(await voter.vote(locked.id, 2), { ok: false, error: { code: 'already_voted', status: 409 } })
  t.match(await withdraw(locked.id), { ok: false, error: { code: 'conflict' } })

  const change = await host.openPoll({ revote: 'change' })
  await voter.vote(change.id, 1)
  t.match(await voter.vote(change.id, 2), { ok: true, data: { status: 'changed' } })
  t.match(await withdraw(change.id), { ok: false, error: { code: 'conflict' } })
  t.match((await host.results(change.id)).body, { voters: 1, counts: { 1: 0, 2: 1 } })

  const free = await host.openPoll({ revote: 'withdraw' })
  await voter.vote(free.id, 1)
  const withdrawn = await withdraw(free.id)
  t.match(withdrawn, { ok: true, data: { status: 'withdrawn' } })
  t.same(await withdraw(free.id), { ok: true, data: { ...(withdrawn.ok && withdrawn.data), status: 'unchanged' } })
  t.match(await voter.joinPoll(free.id), { myVote: null, results: { voters: 0, counts: { 1: 0, 2: 0 } } })
  t.match(await voter.vote(free.id, 2), { ok: true, data: { status: 'recorded' } })
  await host.command(free.id, 'close')
  t.match(await withdraw(free.id), { ok: false, error: { code: 'poll_closed' } }, 'not after the close')
})

t.test('[V5] a vote counts only while the poll is open', async (t) => {
  const voter = await connectSocket(t, url)
  const poll = await host.createPoll()
  const refusal = async () => {
    const ack = await voter.vote(poll.id, 1)
    return ack.ok ? ack.data.status : ack.error.code
  }
  t.equal(await refusal(), 'poll_not_found', 'a draft')
  t.match(await voter.call('poll:join', { pollId: poll.id }), { ok: false, error: { code: 'poll_not_found' } })
  await host.command(poll.id, 'open')
  await host.command(poll.id, 'pause')
  t.equal(await refusal(), 'poll_paused')
  await host.command(poll.id, 'close')
  t.equal(await refusal(), 'poll_closed')
  await host.command(poll.id, 'archive')
  t.equal(await refusal(), 'poll_closed', 'archived')
  t.match((await host.results(poll.id)).body, { voters: 0, counts: { 1: 0, 2: 0 } })
})

t.test('[V8] the voter is who the token says, whatever the payload says', async (t) => {
  const poll = await host.openPoll()
  const { voterToken, voterId } = await createVoter(url)
  const [one, other] = [await connectSocket(t, url, { auth: { voterToken } }), await connectSocket(t, url, { auth: { voterToken } })]
  for (const field of ['voter', 'voterId', 'voterToken']) {
    const forged = { pollId: poll.id, answer: { choices: [1] }, [field]: voterId }
    t.match(await one.call('vote:cast', forged), { ok: false, error: { code: 'validation_failed' } }, field)
  }
  t.match(await one.vote(poll.id, 1), { ok: true, data: { status: 'recorded' } })
  t.match(await other.vote(poll.id, 1), { ok: true, data: { status: 'unchanged' } }, 'two sockets of one voter')
  t.match(await other.joinPoll(poll.id), { myVote: { choices: [1] }, voterToken })

  const minted = await connectSocket(t, url)
  const mine = await minted.joinPoll(poll.id)
  await minted.vote(poll.id, 2)
  minted.socket.disconnect()
  const again = await connectSocket(t, url, { auth: { voterToken: mine.voterToken } })
  t.match(await again.vote(poll.id, 2), { ok: true, data: { status: 'unchanged' } }, 'the minted token is good for a reconnect')
  t.match((await host.results(poll.id)).body, { voters: 2, counts: { 1: 1, 2: 1 } })
})

t.test('[V9] a vote that names another round than the current one is a conflict', async (t) => {
  const poll = await host.openPoll()
  const voter = await connectSocket(t, url)
  const cast = async (round: number) => await voter.call('vote:cast', { pollId: poll.id, answer: { choices: [1] }, round })
  t.match(await cast(2), { ok: false, error: { code: 'conflict', status: 409 } })
  t.match(await cast(1), { ok: true, data: { status: 'recorded', round: 1 } })
  await host.command(poll.id, 'reset')
  await host.command(poll.id, 'open')
  t.match(await cast(1), { ok: false, error: { code: 'conflict' } }, 'an answer kept on a phone does not land in the next round')
  t.match((await host.results(poll.id)).body, { round: 2, voters: 0 })
  t.match(await voter.joinPoll(poll.id), { myVote: null })
  t.match(await cast(2), { ok: true, data: { status: 'recorded', round: 2 } })
  t.match((await host.results(poll.id, '?round=1')).body, { round: 1, voters: 1, final: true }, '[L3] the old round stays readable')
})

t.test('people are counted each by what they did: connected, joined, voted, abstained, selections', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', revote: 'withdraw', options: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] })
  const code = await host.codeOf(poll)
  const audience = await Promise.all(Array.from({ length: 4 }, async () => await connectSocket(t, url)))
  for (const one of audience) await one.call('room:join', { code })
  const [first, second, third, fourth] = audience
  await first?.vote(poll.id, 1, 2)
  await second?.vote(poll.id, 1, 2, 3)
  await third?.vote(poll.id, 3)
  await third?.call('vote:withdraw', { pollId: poll.id })
  fourth?.socket.disconnect()
  const projector = await connectSocket(t, url, { auth: { accessToken: host.accessToken } })
  await projector.call('room:join', { code })

  const read = async () => (await host.call<Participation>('GET', `/polls/${poll.id}/participation`)).body
  await waitUntil(async () => (await read()).joined === 4, 15_000, () => 'not all joins were written down')
  await waitUntil(async () => (await read()).connected === 3, 15_000, () => 'whoever left is still counted')
  t.match(await read(), { round: 1, connected: 3, joined: 4, voted: 2, abstained: 2, selections: 5 })
})
