// How PostgreSQL runs the queries that everybody waits for, told by the server itself (auto_explain) while the real code asks them.
import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import t from 'tap'
import { findApiKey } from '../../db/api-key-store.ts'
import { deleteOldDeliveries } from '../../db/clean-up-store.ts'
import { openDatabase } from '../../db/client.ts'
import type { PollEvent } from '../../db/delivery-id.ts'
import { takeDueDeliveries } from '../../db/delivery-queue.ts'
import { listBallots, listBuckets, listLabels, listTallies } from '../../db/export-store.ts'
import { appendBallots } from '../../db/ledger.ts'
import { listQuizBallots } from '../../db/leaderboard-store.ts'
import { listInvitations, listMembers } from '../../db/member-store.ts'
import { listParticipantNames } from '../../db/participant-store.ts'
import { findNewestBallots, findPolls, findRoomPolls, findRoundTally, findTally, listDuePolls, listPolls, listPollVersions } from '../../db/poll-store.ts'
import {
  applyVotes, changeQuestions, countQuestions, deleteQuestion, findOwnQuestions, findQuestion, findQuestions, hasMerged, listAllQuestions, listQuestions, readQuestions, recount
} from '../../db/question-store.ts'
import { findFirstVersion, findPollVersion, listPollVersionRows, sumAnswerSteps } from '../../db/replay-store.ts'
import { findRoomByCode, findRooms, listRoomRevisions, listRooms } from '../../db/room-store.ts'
import * as schema from '../../db/schema.ts'
import { findLiveSession, findUserByEmail, listLiveCredentials } from '../../db/user-store.ts'
import { enqueueEvent } from '../../db/webhook-outbox.ts'
import { enqueueResults } from '../../db/webhook-results.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'

const url = await createTestDatabase(t)
const admin = connectDatabase(t, url)

/** Enough rows for the planner to care. */
async function fill () {
  await (await openDatabase({ url, dataDir: '', poolSize: 1, onError: (error) => { throw error } })).close()
  await admin`INSERT INTO users (id, email, name, password_hash, role) SELECT gen_random_uuid(), n || '@example.org', 'Host', '', 'user' FROM generate_series(1, 1000) n`
  await admin`INSERT INTO sessions (id, user_id, refresh_hash, expires_at) SELECT gen_random_uuid(), id, '', now() + interval '1 day' FROM users, generate_series(1, 3)`
  await admin`INSERT INTO rooms (id, code, title, owner_id) SELECT gen_random_uuid(), 'C' || row_number() OVER (), 'Room', id FROM users, generate_series(1, 2)`
  await admin`INSERT INTO api_keys (id, user_id, name, key_hash, scopes) SELECT gen_random_uuid(), id, 'key', id || '-' || n, '[]' FROM users, generate_series(1, 3) n`
  await admin`INSERT INTO room_members (room_id, user_id, role) SELECT r.id, u.id, 'viewer' FROM (SELECT id, row_number() OVER () n FROM rooms) r JOIN (SELECT id, row_number() OVER () n FROM users) u ON u.n % 1000 IN (r.n % 1000, (r.n + 1) % 1000)`
  await admin`INSERT INTO room_invitations (id, room_id, email, role) SELECT gen_random_uuid(), id, code || '@example.org', 'viewer' FROM rooms`
  await admin`INSERT INTO polls (id, room_id, kind, question, status, revote, results_visibility, min_choices, max_choices, next_option_id)
    SELECT gen_random_uuid(), id, 'single', 'Q', 'open', 'change', 'live', 1, 1, 3 FROM rooms, generate_series(1, 3)`
  await admin`INSERT INTO options (poll_id, id, position, label) SELECT id, n, n, 'Option' FROM polls, generate_series(1, 2) n`
  await admin`INSERT INTO tallies (poll_id, round, version, counts, at) SELECT id, 1, 1, '{"1":0,"2":0}', now() FROM polls`
  await admin`INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at) SELECT id, 1, gen_random_uuid(), 1, 1, '{"choices":[1]}', now() FROM polls, generate_series(1, 10)`
  await admin`INSERT INTO webhooks (id, room_id, url, events, secret) SELECT gen_random_uuid(), id, 'https://example.org/', '["poll.opened", "poll.results"]', '' FROM rooms`
  // Their ids begin with their time, a minute apart.
  await admin`INSERT INTO webhook_deliveries (id, webhook_id, poll_id, event, payload, status)
    SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n * 60000), 12, '0') || '7000a' || substr(md5(p.id::text || n), 1, 15))::uuid,
      w.id, p.id, 'poll.results', '{}', CASE WHEN n = 1 AND left(p.id::text, 1) = '0' THEN 'waiting' ELSE 'delivered' END
    FROM webhooks w JOIN polls p ON p.room_id = w.room_id, generate_series(1, 10) n`
  await admin`INSERT INTO poll_versions (poll_id, version, round, status, definition, at)
    SELECT id, n, 1, 'open', '{"kind":"single","minChoices":1,"maxChoices":1,"settings":{},"optionIds":[1,2],"revealed":null}', now() FROM polls, generate_series(1, 3) n`
  await admin`INSERT INTO participants (room_id, voter_id, name, joined_at) SELECT id, gen_random_uuid(), 'Ada', now() FROM rooms, generate_series(1, 20)`
  await admin`INSERT INTO access_codes (id, room_id, code_hash, used_at) SELECT gen_random_uuid(), id, md5(id::text || n), now() FROM rooms, generate_series(1, 5) n`
  await admin`INSERT INTO questions (id, room_id, voter_id, text, status, votes) SELECT gen_random_uuid(), id, gen_random_uuid(), 'Why?', 'open', 3 FROM rooms, generate_series(1, 10)`
  await admin`INSERT INTO question_votes (question_id, voter_id) SELECT id, gen_random_uuid() FROM questions, generate_series(1, 3)`
  await admin`ANALYZE`
}

t.test('no query of the vote, join, read, repair and sign-in paths reads a whole table, and none all participants of a room', async (t) => {
  await fill()
  const plans: string[] = []
  const sql = postgres(url, {
    max: 1,
    onnotice: ({ message }) => { if (message?.startsWith('duration') === true) plans.push(message) },
    connection: {
      session_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_analyze': 'on',
      'auto_explain.log_buffers': 'on',
      'auto_explain.log_level': 'notice'
    }
  })
  t.teardown(() => sql.end({ timeout: 5 }))
  const db = drizzle(sql, { schema, casing: 'snake_case' })
  const [known] = await admin<{ pollId: string, roomId: string, ownerId: string, sessionId: string, voterId: string }[]>`
    SELECT p.id AS "pollId", r.id AS "roomId", r.owner_id AS "ownerId", s.id AS "sessionId", b.voter_id AS "voterId"
    FROM polls p JOIN rooms r ON r.id = p.room_id JOIN sessions s ON s.user_id = r.owner_id JOIN ballots b ON b.poll_id = p.id LIMIT 1`
  if (known === undefined) throw new Error('the tables are empty')
  const { pollId, roomId, ownerId, sessionId, voterId } = known
  const [{ questionId } = { questionId: '' }] = await admin<{ questionId: string }[]>`SELECT id AS "questionId" FROM questions WHERE room_id = ${roomId} LIMIT 1`

  const event: PollEvent = { event: 'poll.results', pollId, version: 2, at: new Date(), payload: '{}' }
  const queries: Record<string, () => Promise<unknown>> = {
    'a batch of votes': async () => await appendBallots(sql, { pollId, voterIds: [voterId, randomUUID()], isOpenEnded: () => false }, (state) => ({
      ballots: [{ voterId, n: 2, answer: { choices: [2] }, review: null }], tally: { ...state.tally, version: state.tally.version + 1 }, changedBuckets: new Map(), outcome: null
    })),
    'own votes at a join': async () => await findNewestBallots(db, [{ pollId, voterId }, { pollId, voterId: randomUUID() }]),
    'a poll': async () => await findPolls(db, [pollId]),
    'the polls of a room': async () => await findRoomPolls(db, roomId),
    'the polls of a host': async () => await listPolls(db, { userId: ownerId, limit: 20 }),
    'an old round': async () => await findRoundTally(db, pollId, 1),
    'the newest version of a round': async () => await findTally(db, pollId, 1),
    'versions for the repair': async () => await listPollVersions(db, [pollId], [roomId]),
    'what is due': async () => await listDuePolls(db, 1000),
    'a page of an export': async () => await listBallots(db, { pollId, round: 1, maxVersion: 9, after: { voterId, n: 1 }, limit: 500 }),
    'buckets of an export': async () => await listBuckets(db, { pollId, round: 1, after: 'a', limit: 500 }),
    'labels of an export': async () => await listLabels(db, { pollId, optionIds: [1, 2], maxRevision: 9, limit: 100 }),
    'rounds of an export': async () => await listTallies(db, pollId, { after: 0, before: 2, limit: 100 }),
    'a room by its code': async () => await findRoomByCode(db, 'C1'),
    'rooms by id': async () => await findRooms(db, [roomId]),
    'rooms of a host': async () => await listRooms(db, { userId: ownerId, limit: 20 }),
    'revisions for the repair': async () => await listRoomRevisions(db, [roomId]),
    'an event for webhooks': async () => await db.transaction(async (tx) => { await enqueueEvent(tx, roomId, event) }),
    'results for webhooks': async () => await enqueueResults(db, pollId, () => event),
    'due deliveries': async () => await takeDueDeliveries(db, { limit: 8, busyWebhookIds: [], leaseMs: 1000 }),
    'old deliveries': async () => await deleteOldDeliveries(db, { olderThanDays: 30, limit: 500 }),
    'a session': async () => await findLiveSession(db, sessionId),
    'sessions of connected hosts': async () => await listLiveCredentials(db, [sessionId]),
    'an API key': async () => await findApiKey(db, 'no such hash'),
    'the members of a room': async () => await listMembers(db, roomId),
    'own invitations': async () => await listInvitations(db, { email: 'c1@example.org' }),
    'the leaderboard of a room': async () => await Promise.all([listQuizBallots(db, pollId), listParticipantNames(db, roomId)]),
    'a version of the past': async () => await Promise.all([findPollVersion(db, pollId, 2), listPollVersionRows(db, pollId, { from: 1, below: 3 }), findFirstVersion(db, pollId, 1)]),
    'a page of the past': async () => await sumAnswerSteps(db, { pollId, round: 1, kind: 'single', versions: [1, 2], after: { voterId, n: 1 }, limit: 500 }),
    'the questions of a room': async () => await readQuestions(db, roomId, 100),
    'a page of an export of questions': async () => await listAllQuestions(db, { roomId, after: questionId, limit: 500 }),
    'own questions at a join': async () => await findOwnQuestions(db, { roomId, voterIds: [voterId, ownerId], limit: 50 }),
    'a page of questions': async () => await Promise.all((['votes', 'newest'] as const).map(async (sort) => await listQuestions(db, { roomId, seenBy: { voterId }, sort, limit: 20 }))),
    'votes for questions': async () => await changeQuestions(db, roomId, async (tx) => {
      const found = await findQuestions(tx, roomId, [questionId])
      const touched = await applyVotes(tx, { roomId, added: [{ questionId, voterId }], removed: [{ questionId, voterId }] })
      return { isChanged: true, outcome: [found, await recount(tx, touched)] }
    }),
    'a new question': async () => await changeQuestions(db, roomId, async (tx) => ({ isChanged: false, outcome: await countQuestions(tx, { roomId, voterId, seconds: 600 }) })),
    'a question that others were merged into': async () => await changeQuestions(db, roomId, async (tx) => {
      const question = await findQuestion(tx, questionId)
      if (question === undefined) throw new Error('there is no question')
      const isMerged = await hasMerged(tx, question)
      await deleteQuestion(tx, question)
      return { isChanged: true, outcome: isMerged }
    }),
    'a user by address': async () => await findUserByEmail(db, '7@example.org')
  }
  for (const [name, ask] of Object.entries(queries)) {
    plans.length = 0
    await ask()
    t.ok(plans.length > 0, `${name}: the plan was told`)
    t.notMatch(plans.join('\n'), /Seq Scan on (users|sessions|api_keys|rooms|room_members|room_invitations|polls|options|tallies|ballots|webhook_deliveries|poll_versions|participants|access_codes|questions|question_votes)\b/, name)
    // Names are those of all participants.
    if (name !== 'the leaderboard of a room') t.notMatch(plans.join('\n'), /(using|on) participants_room_id_voter_id_pk/, name)
  }
})
