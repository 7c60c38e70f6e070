import { drizzle } from 'drizzle-orm/postgres-js'
import t from 'tap'
import { findPolls, findRoomPolls } from '../../db/poll-store.ts'
import * as schema from '../../db/schema.ts'
import { toSnapshot } from '../../server/polls/poll-snapshot.ts'
import { createResultsBoard } from '../../server/polls/results-board.ts'
import type { Leaderboard } from '../../server/protocol/leaderboard.ts'
import type { Answer, NewPoll, Poll, Results } from '../../server/protocol/poll.ts'
import { createLeaderboardService } from '../../server/quiz/leaderboard-service.ts'
import { pointsOf, rankScores } from '../../server/quiz/scoring.ts'
import { createRoomBoard } from '../../server/rooms/room-board.ts'
import { createRoomService } from '../../server/rooms/room-service.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const host = await registerHost(url)
const quiz: Partial<NewPoll> = { options: [{ label: '3' }, { label: '4' }, { label: '5' }], correct: [2], explanation: 'Two and two.', revote: 'change' }

const reveal = async (pollId: string, revealed = true) => await host.call<Poll>('POST', `/polls/${pollId}/reveal`, { revealed })
const leaderboard = async (roomId: string, token?: string) => (await request<Leaderboard>(url, 'GET', `/api/v1/rooms/${roomId}/leaderboard`, { token })).body
async function enter (roomId: string, name?: string) {
  const { voterToken: token } = await createVoter(url)
  if (name !== undefined) await request(url, 'PUT', `/api/v1/rooms/${roomId}/name`, { token, body: { name } })
  return { token, answer: async (pollId: string, answer: Answer) => (await voteOverHttp(url, token, pollId, answer)).body, mine: async () => (await leaderboard(roomId, token)).mine }
}

/** Its time runs while the other tests do. */
const timed = await host.openPoll({ ...quiz, timeLimitSeconds: 3 })
const watcher = await connectSocket(t, url)
await watcher.joinPoll(timed.id)

t.test('[R6] points and the right answer come with the reveal, and go when it is taken back', async (t) => {
  const first = await host.openPoll(quiz)
  const second = await host.openPoll({ ...quiz, roomId: first.roomId, kind: 'multiple', correct: [1, 3] })
  const [ada, ben] = [await enter(first.roomId, 'Ada'), await enter(first.roomId)]
  await ada.answer(first.id, { choices: [2] })
  await ben.answer(first.id, { choices: [1] })
  await ada.answer(second.id, { choices: [3, 1] })
  await ben.answer(second.id, { choices: [1] })
  t.strictSame(await leaderboard(first.roomId, ada.token), { quizzes: 0, players: 0, items: [], mine: null }, 'nothing before the reveal')

  await reveal(first.id)
  t.match((await host.results(first.id)).body, { derived: { correct: [2], correctVoters: 1 } })
  t.strictSame(await leaderboard(first.roomId, ben.token), {
    quizzes: 1,
    players: 2,
    items: [{ rank: 1, name: 'Ada', points: 1000, correctAnswers: 1 }, { rank: 2, name: null, points: 0, correctAnswers: 0 }],
    mine: { rank: 2, name: null, points: 0, correctAnswers: 0 }
  })
  await reveal(second.id)
  t.match(await ada.mine(), { points: 2000, correctAnswers: 2 }, 'exactly the right options, in any order')

  await reveal(first.id, false)
  t.match(await ada.mine(), { points: 1000 })
  t.notOk('derived' in (await host.results(first.id)).body)
})

t.test('whoever votes after the reveal earns nothing, and loses nothing', async (t) => {
  const poll = await host.openPoll(quiz)
  const [before, after] = [await enter(poll.roomId), await enter(poll.roomId)]
  await before.answer(poll.id, { choices: [2] })
  await reveal(poll.id)
  await before.answer(poll.id, { choices: [1] })
  await after.answer(poll.id, { choices: [2] })
  t.match(await before.mine(), { points: 1000 })
  t.equal(await after.mine(), null)
  const { derived, counts } = (await host.results(poll.id)).body
  t.match({ derived, counts }, { derived: { correctVoters: 1 }, counts: { 1: 1, 2: 1 } }, 'the results say what counts now')
})

t.test('a new round begins without points', async (t) => {
  const poll = await host.openPoll(quiz)
  const voter = await enter(poll.roomId)
  await voter.answer(poll.id, { choices: [2] })
  await reveal(poll.id)
  t.match(await voter.mine(), { points: 1000 })
  await host.command(poll.id, 'reset')
  t.strictSame(await leaderboard(poll.roomId, voter.token), { quizzes: 0, players: 0, items: [], mine: null })
  const past = (await host.results(poll.id, '?round=1')).body
  t.notOk('derived' in past, 'the right answer is the new round\'s too')
})

t.test('[R6] an older round shows its own right answer, and only while it is revealed', async (t) => {
  const poll = await host.openPoll(quiz)
  await (await enter(poll.roomId)).answer(poll.id, { choices: [2] })
  await host.command(poll.id, 'reset')
  await host.call('PATCH', `/polls/${poll.id}`, { correct: [3] }, { 'if-match': '*' })
  const readPast = async (etag?: string) => await host.call<Results>('GET', `/polls/${poll.id}/results?round=1`, undefined, etag === undefined ? {} : { 'if-none-match': etag })
  const hidden = await readPast()
  t.notOk('derived' in hidden.body)
  const hiddenTag = hidden.headers.get('etag') ?? ''
  t.equal((await readPast(hiddenTag)).status, 304)

  await reveal(poll.id)
  const shown = await readPast(hiddenTag)
  t.match(shown, { status: 200, body: { derived: { correct: [2], correctVoters: 1 } } }, 'the old right answer beside those who had it')
  const shownTag = shown.headers.get('etag') ?? ''
  t.not(shownTag, hiddenTag)
  t.equal((await readPast(shownTag)).status, 304)
  t.match((await host.call<{ items: Results[] }>('GET', `/polls/${poll.id}/rounds`)).body.items, [{ derived: { correct: [2] } }, { derived: { correct: [3] } }])

  await reveal(poll.id, false)
  const again = await readPast(shownTag)
  t.equal(again.status, 200, 'what is hidden again is not taken for fresh')
  t.notOk('derived' in again.body)
})

t.test('one edit changes the options and which of them is right, a new one too', async (t) => {
  const { body: poll } = await host.call<Poll>('POST', '/polls', { kind: 'single', question: 'Two and two?', options: [{ label: '3' }, { label: '4', correct: true }, { label: '5' }] })
  t.strictSame(poll.correct, [2])
  const edit = async (body: object) => await host.call<Poll>('PATCH', `/polls/${poll.id}`, body, { 'if-match': '*' })
  t.match((await edit({ options: [{ id: 2, label: '4' }, { id: 1, label: '3' }, { label: 'Four', correct: true }] })).body, { options: [{ id: 2 }, { id: 1 }, { id: 4 }], correct: [4] })
  t.strictSame((await edit({ options: [{ id: 2, label: '4' }, { id: 4, label: 'Four' }] })).body.correct, [4], 'an edit that marks none leaves the right answer')
  expectProblem(t, await edit({ options: [{ id: 2, label: '4', correct: true }, { id: 4, label: 'Four' }], correct: [4] }), 'validation_failed')
  expectProblem(t, await edit({ options: [{ id: 2, label: '4', correct: false }, { id: 4, label: 'Four', correct: false }] }), 'validation_failed')
  expectProblem(t, await edit({ kind: 'ranking', options: [{ label: '4', correct: true }, { label: 'Four' }] }), 'validation_failed')
})

t.test('a draft that is revealed keeps its points for whoever votes before the audience sees the answer', async (t) => {
  const hidden = await host.createPoll(quiz)
  await reveal(hidden.id)
  await reveal(hidden.id, false)
  await host.command(hidden.id, 'open')
  const ada = await enter(hidden.roomId)
  await ada.answer(hidden.id, { choices: [2] })
  await reveal(hidden.id)
  t.match(await ada.mine(), { points: 1000 }, 'nobody saw the draft')

  const shown = await host.createPoll(quiz)
  await reveal(shown.id)
  t.match((await host.command(shown.id, 'open')).body, { revealed: true, correct: [2] })
  const ben = await enter(shown.roomId)
  await ben.answer(shown.id, { choices: [2] })
  t.equal(await ben.mine(), null, 'the answer was there from the opening on')
})

t.test('[L2] a time limit closes the poll by the server\'s clock, and speed is measured by it', async (t) => {
  t.match(await watcher.resultsWhere(({ final }) => final, 10_000), { pollId: timed.id, status: 'closed' })
  const closed = (await host.call<Poll>('GET', `/polls/${timed.id}`)).body
  t.match(closed, { status: 'closed', closesAt: timed.closesAt })
  const lateMs = Date.parse(closed.updatedAt) - Date.parse(timed.closesAt ?? '')
  t.ok(lateMs >= 0 && lateMs < 2000, `closed ${lateMs} ms after its time`)
  t.match(await (await enter(timed.roomId)).answer(timed.id, { choices: [2] }), { code: 'poll_closed' })

  const poll = await host.openPoll({ ...quiz, timeLimitSeconds: 3 })
  t.match(poll, { scoring: 'speed', timeLimitSeconds: 3 })
  const left = Date.parse(poll.closesAt ?? '') - Date.parse(poll.updatedAt)
  t.equal(left, 3000)
  const voter = await enter(poll.roomId)
  const { castAt } = await voter.answer(poll.id, { choices: [2] })
  await reveal(poll.id)
  const elapsedMs = Date.parse(castAt) - Date.parse(poll.updatedAt)
  t.match(await voter.mine(), { points: pointsOf({ scoring: 'speed', timeLimitSeconds: 3 }, elapsedMs) })

  t.match((await host.command(poll.id, 'pause')).body, { closesAt: poll.closesAt }, 'a pause does not stop the clock')
  t.match((await host.command(poll.id, 'reset')).body, { closesAt: null, correct: [2] })
  t.match((await host.command(poll.id, 'open')).body.closesAt, /Z$/, 'a new round has all of its time')
  expectProblem(t, await host.call('POST', '/polls', { kind: 'single', question: 'Q', ...quiz, scoring: 'speed' }), 'validation_failed', 'speed without a limit')
})

t.test('points fall evenly from 1000 to 500, and equal points have an equal rank', async (t) => {
  const speed = { scoring: 'speed', timeLimitSeconds: 20 } as const
  t.strictSame([-5, 0, 5000, 10_000, 20_000, 30_000].map((ms) => pointsOf(speed, ms)), [1000, 1000, 875, 750, 500, 500])
  t.strictSame([pointsOf({ scoring: 'flat', timeLimitSeconds: 20 }, 19_000), pointsOf(speed, null)], [1000, 1000])
  const scores = [['c', 500], ['a', 900], ['b', 500], ['d', 100]] as const
  t.strictSame(rankScores(scores.map(([voterId, points]) => ({ voterId, points, correctAnswers: 1 }))).map(({ voterId, rank }) => [voterId, rank]), [['a', 1], ['b', 2], ['c', 2], ['d', 4]])
})

t.test('a name that changes is shown at once, and the points are not read again for it', async (t) => {
  const poll = await host.openPoll(quiz)
  const [ada, ben] = [await createVoter(url), await createVoter(url)]
  for (const { voterToken } of [ada, ben]) await voteOverHttp(url, voterToken, poll.id, { choices: [2] })
  await reveal(poll.id)
  const statements: string[] = []
  const db = drizzle(connectDatabase(t, databaseUrl ?? ''), { schema, casing: 'snake_case', logger: { logQuery: (statement) => { statements.push(statement) } } })
  const rooms = createRoomService({ db, board: createRoomBoard() })
  const board = createResultsBoard({ loadPolls: async (ids) => (await findPolls(db, ids)).map(toSnapshot), loadRoomPolls: async (roomId) => (await findRoomPolls(db, roomId)).map(toSnapshot) })
  const service = createLeaderboardService({ db, board, rooms })
  const namesOf = async () => (await service.find(poll.roomId, {}, 10)).items.map(({ name }) => name).sort()
  t.same(await namesOf(), [null, null])
  await Promise.all([service.setName(poll.roomId, ada, 'Ada'), service.setName(poll.roomId, ben, 'Ben')])
  t.same(await namesOf(), ['Ada', 'Ben'])
  await service.setName(poll.roomId, ben, 'Bea')
  t.same(await namesOf(), ['Ada', 'Bea'])
  const countOf = (table: string) => statements.filter((statement) => statement.includes(table)).length
  t.equal(countOf('FROM ballots'), 1)
})

t.test('a name is one line of text, and a room must be there', async (t) => {
  const poll = await host.openPoll()
  const { voterToken: token } = await createVoter(url)
  const name = async (roomId: string, name: unknown) => await request(url, 'PUT', `/api/v1/rooms/${roomId}/name`, { token, body: { name } })
  for (const bad of ['', ' ', 'x'.repeat(61), 'a\nb', 7]) expectProblem(t, await name(poll.roomId, bad), 'validation_failed', JSON.stringify(bad))
  expectProblem(t, await name(poll.id, 'Ada'), 'room_not_found')
  expectProblem(t, await request(url, 'GET', `/api/v1/rooms/${poll.id}/leaderboard`), 'room_not_found')
})

t.test('a number is right within its tolerance', async (t) => {
  const { body: draft } = await host.call<Poll>('POST', '/polls', { kind: 'number', question: 'How many?', range: { min: 0, max: 100 }, correct: { value: 42, tolerance: 2 } })
  const poll = (await host.command(draft.id, 'open')).body
  const voters = await Promise.all([40, 44, 44.5].map(async (value) => {
    const voter = await enter(poll.roomId)
    await voter.answer(poll.id, { value })
    return voter
  }))
  await reveal(poll.id)
  t.strictSame((await Promise.all(voters.map(async (voter) => (await voter.mine())?.points))), [1000, 1000, 0])
  t.match((await host.call<Results>('GET', `/polls/${poll.id}/results`)).body.derived, { correct: { value: 42, tolerance: 2 }, correctVoters: 2 })
})
