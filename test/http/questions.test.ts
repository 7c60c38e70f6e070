import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/postgres-js'
import t, { type Test } from 'tap'
import { openDatabase } from '../../db/client.ts'
import * as schema from '../../db/schema.ts'
import { jsonOf } from '../../server/polls/encoding.ts'
import type { ApiScope, CreatedApiKey } from '../../server/protocol/identity.ts'
import type { NewQuestion, Question, Questions, QuestionVote } from '../../server/protocol/question.ts'
import type { Room } from '../../server/protocol/room.ts'
import { createQuestionBoard } from '../../server/questions/question-board.ts'
import { createQuestionService } from '../../server/questions/question-service.ts'
import { createQuestionVotes } from '../../server/questions/question-votes.ts'
import { frameIntervalMs } from '../../server/realtime/questions-broadcaster.ts'
import { createRoomBoard } from '../../server/rooms/room-board.ts'
import { createRoomService } from '../../server/rooms/room-service.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, type Audience } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const [{ url }, { url: otherUrl }] = await Promise.all([startServer(t, { DATABASE_URL: databaseUrl }), startServer(t, { DATABASE_URL: databaseUrl })])
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)

interface QuestionPage { items: Question[], nextCursor: string | null }

const createRoom = async (questionsMode: Room['questionsMode'] = 'post') => (await host.call<Room>('POST', '/rooms', { title: 'Town hall', questionsMode })).body
const ask = async (token: string, roomId: string, body: NewQuestion) => await request<Question>(url, 'POST', `/api/v1/rooms/${roomId}/questions`, { token, body })
const list = async (roomId: string, query = '', token?: string) => (await request<QuestionPage>(url, 'GET', `/api/v1/rooms/${roomId}/questions${query}`, { token })).body
const vote = async (token: string, questionId: string, method: 'PUT' | 'DELETE' = 'PUT', serverUrl = url) => await request<QuestionVote>(serverUrl, method, `/api/v1/questions/${questionId}/vote`, { token })
const edit = async (questionId: string, body: object) => await host.call<Question>('PATCH', `/questions/${questionId}`, body)
const versionOf = async (roomId: string) => (await sql<{ version: number }[]>`SELECT questions_version AS version FROM rooms WHERE id = ${roomId}`)[0]?.version

/** A voter with a question in this room. */
async function askAs (roomId: string, text: string, more: Partial<NewQuestion> = {}) {
  const { voterId, voterToken: token } = await createVoter(url)
  return { voterId, token, question: (await ask(token, roomId, { text, ...more })).body }
}

/** The id of a question that this many voters want answered. */
async function askWithVotes (roomId: string, text: string, tokens: string[]): Promise<string> {
  const { question: { id } } = await askAs(roomId, text)
  for (const token of tokens) await vote(token, id)
  return id
}

/** A socket in the room, and every frame of its questions. */
async function watch (t: Test, serverUrl: string, code: string, auth = {}) {
  const audience = await connectSocket(t, serverUrl, { auth })
  const frames: Questions[] = []
  audience.socket.on('questions', (frame) => { frames.push(frame) })
  const ack = await audience.call('room:join', { code })
  if (!ack.ok) throw new Error(ack.error.code)
  return { ...audience, questions: ack.data.questions, frames }
}

/** The first frame, kept or to come, that fits. */
async function questionsWhere ({ socket }: Pick<Audience, 'socket'>, fits: (frame: Questions) => boolean, kept: Questions[] = []): Promise<Questions> {
  const found = kept.find(fits)
  if (found !== undefined) return found
  return await new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      socket.off('questions', look)
    }
    const look = (frame: Questions) => {
      if (!fits(frame)) return
      end()
      resolve(frame)
    }
    const timer = setTimeout(() => {
      end()
      reject(new Error(`no such questions: ${JSON.stringify(kept.at(-1))}`))
    }, 5000)
    socket.on('questions', look)
  })
}

const createTokens = async (count: number) => await Promise.all(Array.from({ length: count }, async () => (await createVoter(url)).voterToken))

t.test('[Q1] a question has one vote of each voter, however often it is sent', async (t) => {
  const room = await createRoom()
  const { question, token } = await askAs(room.id, 'When do we start?', { authorName: 'Ada' })
  t.match(question, { roomId: room.id, text: 'When do we start?', authorName: 'Ada', status: 'open', isPinned: false, votes: 0, mergedInto: null })
  t.notOk('voterId' in question)
  t.match((await vote(token, question.id)).body, { questionId: question.id, voted: true, votes: 1 }, 'one\'s own may have one, too')
  const { version } = (await vote(token, question.id)).body
  t.match((await vote(token, question.id)).body, { votes: 1, version }, 'again changes nothing')
  t.match((await vote(token, question.id, 'DELETE')).body, { voted: false, votes: 0, version: version + 1 })
  t.match((await vote(token, question.id, 'DELETE')).body, { votes: 0, version: version + 1 })
  expectProblem(t, await vote(token, room.id), 'not_found')
  expectProblem(t, await vote(token, 'abc'), 'not_found')
  expectProblem(t, await ask(token, room.id, { text: '' }), 'validation_failed')
  expectProblem(t, await ask(token, room.id, { text: 'x'.repeat(301) }), 'validation_failed')
})

t.test('questions are listed by pins, votes and age, or newest first, in pages', async (t) => {
  const room = await createRoom()
  const tokens = await createTokens(2)
  const ids = [await askWithVotes(room.id, 'none', []), await askWithVotes(room.id, 'two', tokens), await askWithVotes(room.id, 'later none', []), await askWithVotes(room.id, 'pinned', [])]
  await edit(ids[3] ?? '', { isPinned: true })
  const textsOf = ({ items }: QuestionPage) => items.map(({ text }) => text)
  for (const [sort, expected] of [['votes', ['pinned', 'two', 'none', 'later none']], ['newest', ['pinned', 'later none', 'two', 'none']]] as const) {
    const first = await list(room.id, `?sort=${sort}&limit=2`)
    const second = await list(room.id, `?sort=${sort}&limit=2&cursor=${first.nextCursor ?? ''}`)
    t.same([...textsOf(first), ...textsOf(second)], expected, sort)
    t.equal(second.nextCursor, null)
  }
  await edit(ids[0] ?? '', { status: 'answered' })
  t.match((await list(room.id, '?status=answered')).items, [{ id: ids[0], answeredAt: String }])
  t.equal((await list(room.id, '', host.accessToken)).items.every(({ voterId }) => voterId !== undefined), true)
  expectProblem(t, await request(url, 'GET', `/api/v1/rooms/${room.id}/questions?cursor=abc`), 'validation_failed')
})

t.test('[Q2] what waits for a moderator or was dismissed is seen by the staff and its author alone', async (t) => {
  const room = await createRoom('pre')
  const { question, token } = await askAs(room.id, 'canary')
  const [{ voterToken: other }, watcher, staff] = [await createVoter(url), await connectSocket(t, url), await connectSocket(t, url, { auth: { accessToken: host.accessToken } })]
  t.equal(question.status, 'pending')
  const isSeen = async (by?: string) => (await list(room.id, '', by)).items.some(({ id }) => id === question.id)
  const joinedBy = async (socket: typeof watcher) => {
    const ack = await socket.call('room:join', { code: room.code })
    return ack.ok ? ack.data.questions?.items.map(({ text }) => text) : undefined
  }
  const seen = async () => [await isSeen(), await isSeen(other), await isSeen(token), await isSeen(host.accessToken)]
  const frames: string[] = []
  watcher.socket.on('questions', (frame) => { frames.push(JSON.stringify(frame)) })
  t.same(await seen(), [false, false, true, true])
  t.same([await joinedBy(watcher), await joinedBy(staff)], [[], ['canary']])
  t.notOk(frames.join('').includes('canary'))
  expectProblem(t, await vote(other, question.id), 'not_found')

  const approved = questionsWhere(watcher, ({ items }) => items.some(({ id }) => id === question.id))
  await edit(question.id, { status: 'open' })
  await approved
  t.same(await seen(), [true, true, true, true])
  const gone = questionsWhere(watcher, ({ items }) => items.length === 0)
  await edit(question.id, { status: 'dismissed' })
  await gone
  t.same(await seen(), [false, false, true, true])
  expectProblem(t, await vote(other, question.id), 'not_found')
  const flagged = await createRoom('post')
  t.match((await askAs(flagged.id, 'What the fuck')).question, { status: 'pending' }, 'coarse words wait in any room')
  t.match((await askAs(flagged.id, 'Why?', { authorName: 'Sh1t' })).question, { status: 'pending' }, 'names too')
})

t.test('a question is its author\'s to delete until it is answered', async (t) => {
  const room = await createRoom()
  const { question, token } = await askAs(room.id, 'Why?')
  const { voterToken: other } = await createVoter(url)
  const remove = async (by: string, id = question.id) => await request(url, 'DELETE', `/api/v1/questions/${id}`, { token: by })
  expectProblem(t, await remove(other), 'forbidden')
  expectProblem(t, await remove((await registerHost(url)).accessToken), 'not_found')
  await edit(question.id, { status: 'answered' })
  expectProblem(t, await remove(token), 'conflict')
  expectProblem(t, await vote(other, question.id), 'conflict')
  await edit(question.id, { status: 'open' })
  t.equal((await remove(token)).status, 204)
  t.equal((await remove(host.accessToken, (await askAs(room.id, 'And?')).question.id)).status, 204)
  t.same((await list(room.id)).items, [])
})

t.test('a room without questions, a banned voter and one who asks too often are told so', async (t) => {
  const room = await createRoom('off')
  const { voterId, voterToken: token } = await createVoter(url)
  expectProblem(t, await ask(token, room.id, { text: 'Why?' }), 'conflict')
  expectProblem(t, await request(url, 'GET', `/api/v1/rooms/${room.id}/questions`), 'conflict')
  t.match((await host.call<Room>('PATCH', `/rooms/${room.id}`, { questionsMode: 'post' })).body, { questionsMode: 'post', title: room.title })
  for (let at = 0; at < 10; at++) t.equal((await ask(token, room.id, { text: `Why ${at}?` })).status, 201)
  const refused = await ask(token, room.id, { text: 'Why?' })
  expectProblem(t, refused, 'rate_limited')
  t.ok(refused.headers.get('retry-after'))
  await host.call('PUT', `/rooms/${room.id}/bans/${voterId}`)
  expectProblem(t, await ask(token, room.id, { text: 'Why?' }), 'forbidden')
  expectProblem(t, await vote(token, (await list(room.id)).items[0]?.id ?? ''), 'forbidden')
})

t.test('[Q3] a merge counts the voters of both, each once, and can be undone', async (t) => {
  const room = await createRoom()
  const [one = '', two = '', three = ''] = await createTokens(3)
  const [from, into] = [await askWithVotes(room.id, 'When?', [one, two]), await askWithVotes(room.id, 'At what time?', [two, three])]
  const merge = async (id: string, other: string) => await host.call<Question>('POST', `/questions/${id}/merge`, { into: other })
  const votesOf = async (id: string) => (await list(room.id, '', host.accessToken)).items.find((question) => question.id === id)?.votes
  t.match((await merge(from, into)).body, { status: 'merged', mergedInto: into })
  t.equal(await votesOf(into), 3)
  const version = await versionOf(room.id)
  t.match(await merge(from, into), { status: 200 }, 'again')
  t.equal(await versionOf(room.id), version, 'changes nothing')
  t.same((await list(room.id)).items.map(({ id }) => id), [into])
  expectProblem(t, await vote(one, from), 'conflict')
  expectProblem(t, await merge(into, from), 'conflict')
  expectProblem(t, await merge(into, into), 'conflict')
  expectProblem(t, await merge(into, (await askAs((await createRoom()).id, 'Elsewhere?')).question.id), 'not_found')
  expectProblem(t, await edit(from, { status: 'open' }), 'conflict')
  t.match((await vote(one, into, 'DELETE')).body, { votes: 2 }, 'a vote that came with the merge can be taken back')

  t.match((await host.call<Question>('POST', `/questions/${from}/unmerge`)).body, { status: 'open', mergedInto: null, votes: 1 })
  t.equal(await votesOf(into), 2)
  await merge(from, into)
  await host.call('DELETE', `/questions/${into}`)
  t.match((await list(room.id)).items, [{ id: from, status: 'open', votes: 1 }], 'what was merged into a question outlives it')
})

t.test('[Q1] a question whose target is deleted counts who still votes for it', async (t) => {
  const room = await createRoom()
  const [token = '', other = ''] = await createTokens(2)
  const [into, from] = [await askWithVotes(room.id, 'When?', []), await askWithVotes(room.id, 'At what time?', [token, other])]
  await host.call('POST', `/questions/${from}/merge`, { into })
  t.match((await vote(token, into, 'DELETE')).body, { votes: 1 })
  await host.call('DELETE', `/questions/${into}`)
  t.match((await list(room.id)).items, [{ id: from, status: 'open', votes: 1 }])
  t.match((await vote(other, from, 'DELETE')).body, { votes: 0 })
})

t.test('[Q1] votes of 50 voters that race each other, and a merge, over two servers are counted exactly, and versions only rise', async (t) => {
  const room = await createRoom()
  const tokens = await createTokens(50)
  const ids = [await askWithVotes(room.id, 'A?', []), await askWithVotes(room.id, 'B?', []), await askWithVotes(room.id, 'C?', [])]
  const watchers = [await watch(t, url, room.code), await watch(t, otherUrl, room.code)]
  await Promise.all([
    ...tokens.flatMap((token, person) => [0, 1, 2, 3].map(async (turn) => {
      await vote(token, ids[(person + turn) % 3] ?? '', (person + turn) % 4 === 3 ? 'DELETE' : 'PUT', turn % 2 === 0 ? url : otherUrl)
    })),
    (async () => {
      await host.call('POST', `/questions/${ids[2]}/merge`, { into: ids[1] })
      await host.call('POST', `/questions/${ids[2]}/unmerge`)
    })()
  ])
  const rows = await sql<{ id: string, votes: number, counted: number }[]>`
    SELECT id, votes, (SELECT count(*)::int FROM question_votes v WHERE v.question_id = q.id) AS counted FROM questions q WHERE room_id = ${room.id} ORDER BY id`
  for (const { id, votes, counted } of rows) t.equal(votes, counted, id)
  t.ok(rows.some(({ votes }) => votes > 0))
  const version = await versionOf(room.id)
  for (const { socket, frames } of watchers) {
    const last = await questionsWhere({ socket }, (frame) => frame.version === version, frames)
    t.same(last.items.map(({ id, votes }) => [id, votes]).sort(), rows.map(({ id, votes }) => [id, votes]).sort())
    t.ok(frames.every((frame, at) => at === 0 || frame.version > (frames[at - 1]?.version ?? 0)), '[R3] never an older one after a newer')
  }
})

t.test('over sockets questions are asked and voted for, and joining again recovers everything', async (t) => {
  const room = await createRoom()
  const { voterToken } = await createVoter(url)
  const asker = await watch(t, url, room.code, { voterToken })
  t.match(asker.questions, { mode: 'post', items: [], total: 0, myVotes: [], mine: [] })
  const asked = await asker.call('question:ask', { text: 'Why?', authorName: 'Ada' })
  t.match(asked, { ok: true, data: { text: 'Why?', roomId: room.id, status: 'open' } })
  const questionId = asked.ok ? asked.data.id : ''
  t.match(await asker.call('question:vote', { questionId }), { ok: true, data: { voted: true, votes: 1 } })
  t.match(await questionsWhere(asker, ({ items }) => items[0]?.votes === 1, asker.frames), { roomId: room.id, total: 1, items: [{ id: questionId, authorName: 'Ada' }] })
  t.ok(asker.frames.every(({ items }) => items.every((item) => !('voterId' in item))))
  const again = await watch(t, url, room.code, { voterToken })
  t.match(again.questions, { total: 1, items: [{ id: questionId, votes: 1 }], myVotes: [questionId], mine: [{ id: questionId }] })
  t.match(await again.call('question:unvote', { questionId }), { ok: true, data: { voted: false, votes: 0 } })
  t.match(await again.call('question:vote', { questionId: 'abc' }), { ok: false, error: { code: 'not_found' } })
  t.match(await (await connectSocket(t, url)).call('question:ask', { text: 'Where?' }), { ok: false, error: { code: 'room_not_found' } }, 'without a room')
  const off = questionsWhere(again, ({ mode }) => mode === 'off')
  await host.call('PATCH', `/rooms/${room.id}`, { questionsMode: 'off' })
  t.match(await off, { items: [], total: 0 })
  t.match(await again.call('room:join', { code: room.code }), { ok: true, data: { questions: null } })
  t.match(await again.call('question:ask', { text: 'Why?' }), { ok: false, error: { code: 'conflict' } })
})

t.test('a key that may not vote takes no part in questions over a socket either', async (t) => {
  const room = (await host.call<Room>('POST', '/rooms', { title: 'Members', questionsMode: 'post', access: 'accounts' })).body
  const { id: questionId } = (await ask(host.accessToken, room.id, { text: 'Why?' })).body
  const connectAs = async (scopes: ApiScope[]) => {
    const { key } = (await host.call<CreatedApiKey>('POST', '/api-keys', { name: 'a program', scopes })).body
    return await connectSocket(t, url, { auth: { accessToken: key } })
  }
  const [reader, voter] = [await connectAs(['results:read']), await connectAs(['results:read', 'votes:write'])]
  t.match(await reader.call('question:ask', { roomId: room.id, text: 'How?' }), { ok: false, error: { code: 'unauthenticated' } })
  for (const event of ['question:vote', 'question:unvote'] as const) t.match(await reader.call(event, { questionId }), { ok: false, error: { code: 'unauthenticated' } }, event)
  t.match(await voter.call('question:ask', { roomId: room.id, text: 'How?' }), { ok: true })
  t.match(await voter.call('question:vote', { questionId }), { ok: true, data: { votes: 1 } })
})

t.test('in a room with codes only who has redeemed one asks and votes, until it is revoked', async (t) => {
  const room = (await host.call<Room>('POST', '/rooms', { title: 'Assembly', questionsMode: 'post', access: 'codes' })).body
  const { items } = (await host.call<{ items: { id: string, code: string }[] }>('POST', `/rooms/${room.id}/access-codes`, { count: 2 })).body
  const redeem = async (accessCode = '') => (await request<{ voterToken: string }>(url, 'POST', `/api/v1/join/${room.code}/redeem`, { body: { accessCode } })).body.voterToken
  const [one, two] = [await redeem(items[0]?.code), await redeem(items[1]?.code)]
  const asked = await ask(one, room.id, { text: 'Why?' })
  t.equal(asked.status, 201)
  const { voterToken: stranger } = await createVoter(url)
  expectProblem(t, await ask(stranger, room.id, { text: 'How?' }), 'forbidden')
  expectProblem(t, await vote(stranger, asked.body.id), 'forbidden')
  const together = await Promise.all([vote(one, asked.body.id), vote(stranger, asked.body.id), vote(two, asked.body.id)])
  t.same(together.map(({ status }) => status), [200, 403, 200], 'each by itself, also in one batch')
  await host.call('DELETE', `/rooms/${room.id}/access-codes/${items[1]?.id}`)
  expectProblem(t, await vote(two, asked.body.id, 'DELETE'), 'forbidden')
  expectProblem(t, await ask(two, room.id, { text: 'And now?' }), 'forbidden')
  t.match((await list(room.id)).items, [{ votes: 2 }])
})

t.test('who may only look at a room still deletes an own question', async (t) => {
  const room = (await host.call<Room>('POST', '/rooms', { title: 'Members', questionsMode: 'post', access: 'accounts' })).body
  const viewer = await registerHost(url)
  await host.call('POST', `/rooms/${room.id}/invitations`, { email: viewer.credentials.email, role: 'viewer' })
  const { items: [invitation] } = (await viewer.call<{ items: { id: string }[] }>('GET', '/me/invitations')).body
  await viewer.call('POST', `/me/invitations/${invitation?.id}/accept`)
  const { id } = (await ask(viewer.accessToken, room.id, { text: 'Why?' })).body
  await edit(id, { status: 'answered' })
  expectProblem(t, await viewer.call('DELETE', `/questions/${id}`), 'forbidden', 'not once it is answered')
  await edit(id, { status: 'open' })
  t.equal((await viewer.call('DELETE', `/questions/${id}`)).status, 204)
  const { id: theirs } = (await ask(host.accessToken, room.id, { text: 'How?' })).body
  expectProblem(t, await viewer.call('DELETE', `/questions/${theirs}`), 'forbidden')
})

t.test('[O4] while the database is stuck, what waits behind a batch is refused with it, and no more may wait than are allowed', async (t) => {
  const room = await createRoom()
  const { question } = await askAs(room.id, 'Why?')
  const claims = await Promise.all(Array.from({ length: 4 }, async () => ({ voterId: (await createVoter(url)).voterId })))
  const database = await openDatabase({ url: databaseUrl, dataDir: '', poolSize: 4, onError: (error) => { throw error } })
  t.teardown(async () => { await database.close() })
  const votes = createQuestionVotes({ db: database.db, maxQueued: 3, changed: () => {} })
  const settledAt: number[] = []
  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM rooms WHERE id = ${room.id} FOR UPDATE`
    const settled = async (vote: Promise<unknown>) => {
      const [outcome] = await Promise.allSettled([vote])
      const code: string = outcome.status === 'rejected' ? outcome.reason.code : 'counted'
      if (code === 'unavailable') settledAt.push(performance.now())
      return code
    }
    const first = settled(votes.cast(question.id, claims[0] ?? {}, true))
    await waitUntil(async () => (await sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`).length > 0, 15_000, () => 'nothing waits')
    const rest = claims.slice(1).map(async (claim) => await settled(votes.cast(question.id, claim, true)))
    t.same(await Promise.all([first, ...rest]), ['unavailable', 'unavailable', 'unavailable', 'busy'])
  })
  t.ok(Math.max(...settledAt) - Math.min(...settledAt) < 1000, 'they have not waited for a time-out of their own')
  t.match(await votes.cast(question.id, claims[0] ?? {}, true), { voted: true, votes: 1 }, 'and then it goes on')
})

t.test('[O4] votes that wait for their room to be found count as waiting', async (t) => {
  const { question } = await askAs((await createRoom()).id, 'Why?')
  const voters = await Promise.all(Array.from({ length: 4 }, async () => ({ voterId: (await createVoter(url)).voterId })))
  const database = await openDatabase({ url: databaseUrl, dataDir: '', poolSize: 4, onError: (error) => { throw error } })
  t.teardown(async () => { await database.close() })
  const votes = createQuestionVotes({ db: database.db, maxQueued: 2, changed: () => {} })
  const codes = (await Promise.allSettled(voters.map(async (claims) => await votes.cast(question.id, claims, true)))).map((outcome) => outcome.status === 'rejected' ? outcome.reason.code : 'counted')
  t.same(codes, ['counted', 'counted', 'busy', 'busy'])
  await t.rejects(votes.cast(randomUUID(), {}, true), { code: 'not_found' })
  t.match(await votes.cast(question.id, voters[2] ?? {}, true), { votes: 3 }, 'what was refused does not wait')
})

t.test('a hall that comes back is looked up together, and each is answered with what is its own', async (t) => {
  const room = await createRoom()
  const people = await Promise.all(Array.from({ length: 20 }, async (_person, at) => await askAs(room.id, `Question ${at}?`)))
  const { question: popular } = await askAs(room.id, 'Why?')
  await Promise.all(people.map(async ({ token }) => await vote(token, popular.id)))
  const statements: string[] = []
  const db = drizzle(sql, { schema, casing: 'snake_case', logger: { logQuery: (statement) => { statements.push(statement) } } })
  const service = createQuestionService({ db, rooms: createRoomService({ db, board: createRoomBoard() }), board: createQuestionBoard({ db }), changed: () => {} })
  // Whoever comes first has the room read, too.
  await service.prepareJoin(room.id, { voterId: people[0]?.voterId, isNewVoter: true })
  const draws = await Promise.all(people.map(async ({ voterId }) => await service.prepareJoin(room.id, { voterId })))
  const joined = draws.map((draw) => draw())
  t.same(joined.map((questions) => questions?.mine.map(({ id }) => id)), people.map(({ question }) => [question.id]))
  t.ok(joined.every((questions) => questions?.myVotes.join() === popular.id))
  t.equal(statements.filter((statement) => statement.includes('question_votes')).length, 1)
  t.equal(joined[0]?.items, joined[1]?.items)
  t.same(JSON.parse(jsonOf(joined[0] ?? {})), joined[0], 'its text is put together from theirs')
})

t.test('[R5] frames of many questions to many people come less often', async (t) => {
  t.strictSame([[0, 0], [2_000, 50], [40_000, 100], [40_000, 250], [40_000, 10_000]].map(([bytes = 0, members = 0]) => frameIntervalMs(bytes, members)), [200, 200, 200, 500, 800])
})

t.test('a room\'s questions are exported whole, for those who manage it', async (t) => {
  const room = await createRoom('pre')
  const texts = ['=1+1', 'Why, "really"?', ...Array.from({ length: 600 }, (_question, at) => `Question ${at}?`)]
  await sql`INSERT INTO questions (id, room_id, voter_id, text, status) SELECT gen_random_uuid(), ${room.id}, gen_random_uuid(), text, 'pending' FROM unnest(${texts}::text[]) AS text`
  const read = async (format: string, token?: string) => await request<string | Question[]>(url, 'GET', `/api/v1/rooms/${room.id}/questions/export?format=${format}`, { token })
  const json = (await read('json', host.accessToken)).body
  t.same(Array.isArray(json) && json.map(({ text }) => text).sort(), texts.toSorted())
  t.match(json[0], { roomId: room.id, status: 'pending', votes: 0, voterId: String })
  const csv = await read('csv', host.accessToken)
  t.match(csv.headers.get('content-disposition'), `attachment; filename="questions-${room.id}.csv"`)
  t.match(csv.headers.get('content-type'), 'text/csv')
  const lines = String(csv.body).split('\r\n')
  t.equal(lines[0]?.replace('\ufeff', ''), 'id,text,authorName,status,isPinned,mergedInto,votes,createdAt,answeredAt,voterId')
  t.ok(lines.some((line) => line.includes(",'=1+1,")), 'no cell runs as a formula')
  t.ok(lines.some((line) => line.includes(',"Why, ""really""?",')))
  const ndjson = await fetch(`${url}/api/v1/rooms/${room.id}/questions/export?format=ndjson`, { headers: { authorization: `Bearer ${host.accessToken}` } })
  t.equal((await ndjson.text()).trimEnd().split('\n').length, texts.length)
  expectProblem(t, await read('csv'), 'unauthenticated')
  expectProblem(t, await read('csv', (await registerHost(url)).accessToken), 'room_not_found')
  expectProblem(t, await read('xml', host.accessToken), 'validation_failed')
})
