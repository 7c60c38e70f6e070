import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openDatabase } from '../../db/client.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { recordJoins } from '../../db/participant-store.ts'
import { findPolls, findRoomPolls, readClock } from '../../db/poll-store.ts'
import { insertUser } from '../../db/user-store.ts'
import { createBallotBox } from '../../server/polls/ballot-box.ts'
import { createPollService } from '../../server/polls/poll-service.ts'
import { toSnapshot } from '../../server/polls/poll-snapshot.ts'
import { createResultsBoard } from '../../server/polls/results-board.ts'
import type { NewPoll, Receipt } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { createRoomBoard } from '../../server/rooms/room-board.ts'
import { createRoomService, withFreshCode } from '../../server/rooms/room-service.ts'
import { removeFolder, startChild, trackFolder, waitUntil } from '../helpers/child-process.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'

const url = await createTestDatabase(t)
const openStorage = async () => await openDatabase({ url, dataDir: '', poolSize: 2, onError: (error) => { throw error } })
const sql = connectDatabase(t, url)

t.test('six servers that start at once on an empty database bring it up to date together', async (t) => {
  const opened = await Promise.all(Array.from({ length: 6 }, openStorage))
  for (const { db, close } of opened) {
    t.ok(await readClock(db) instanceof Date)
    await close()
  }
  const countMigrations = async () => (await sql`SELECT count(*)::int FROM drizzle.__drizzle_migrations`)[0]?.count
  const applied = await countMigrations()
  const again = await openStorage()
  await again.close()
  t.equal(await countMigrations(), applied, 'each migration once')
})

/** What one server has of polls and votes, without its transports. */
async function openServer (t: Test) {
  const { db, votes, close } = await openStorage()
  t.teardown(close)
  const board = createResultsBoard({
    loadPolls: async (ids) => (await findPolls(db, ids)).map(toSnapshot),
    loadRoomPolls: async (roomId) => (await findRoomPolls(db, roomId)).map(toSnapshot)
  })
  const troubles: string[] = []
  const polls = createPollService({ db, board, rooms: createRoomService({ db, board: createRoomBoard() }) })
  const ballotBox = createBallotBox({ votes, board, maxQueued: 1000, onError: (_error, sentence) => { troubles.push(sentence) } })
  return {
    db,
    votes,
    polls,
    troubles,
    cast: async (pollId: string, voterId: string, choice: number | string) => await new Promise<Receipt | PlenumError>((resolve) => {
      ballotBox.cast({ pollId, voterId, answer: typeof choice === 'string' ? { text: choice } : { choices: [choice] } }, resolve)
    })
  }
}

/** A server with an open poll of its own. */
async function openLedger (t: Test, poll: Partial<NewPoll> = {}) {
  const server = await openServer(t)
  const { db, polls } = server
  const user = await insertUser(db, { id: randomUUID(), email: `${randomUUID()}@example.org`, name: 'Host', passwordHash: '' }, () => {})
  const { poll: { id } } = await polls.create(user.id, { kind: 'single', question: 'Q', options: [{ label: 'a' }, { label: 'b' }], ...poll })
  await polls.command(id, user.id, 'open')
  return {
    ...server,
    id,
    userId: user.id,
    cast: async (voterId: string, choice: number) => await server.cast(id, voterId, choice),
    results: async () => (await findPolls(db, [id])).map((stored) => toSnapshot(stored).results)[0],
    /** Straight from the ballots, without the tally. */
    async recount () {
      const rows = await sql`
        SELECT option, count(*)::int FROM (
          SELECT DISTINCT ON (voter_id) answer FROM ballots WHERE poll_id = ${id} AND round = 1 ORDER BY voter_id, n DESC) AS newest,
          jsonb_array_elements(answer->'choices') AS option
        GROUP BY option ORDER BY option`
      return Object.fromEntries(rows.map(({ option, count }) => [option, count]))
    }
  }
}

const nameOf = (outcome: Receipt | PlenumError) => outcome instanceof PlenumError ? outcome.code : outcome.status
const makeVoters = (count: number) => Array.from({ length: count }, () => randomUUID())

/** The backend of a server that waits for something; it is waited for in its turn. */
async function findBackend (waitEvent: string): Promise<number> {
  let pid: number | undefined
  await waitUntil(async () => {
    const [found] = await sql<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'plenum' AND wait_event = ${waitEvent}`
    pid = found?.pid
    return pid !== undefined
  }, 15_000, () => `no backend waits for ${waitEvent}`)
  return pid ?? 0
}

t.test('[V2] the database itself refuses a second n-th ballot', async (t) => {
  const { id, cast } = await openLedger(t)
  const voterId = randomUUID()
  t.equal(nameOf(await cast(voterId, 1)), 'recorded')
  const insert = async (n: number) => await sql`
    INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at) VALUES (${id}, 1, ${voterId}, ${n}, 9, '{"choices": [2]}', now())`
  const refusal: unknown = await insert(1).catch((error: unknown) => error)
  t.ok(isUniqueViolation(refusal, 'ballots_poll_id_round_voter_id_n_pk'), String(refusal))
  await t.resolves(insert(2), 'the next number is free')
})

t.test('[V1][R2] votes that wait together are committed as one version, each with its receipt', async (t) => {
  const { id, cast, results, recount } = await openLedger(t, { revote: 'change' })
  const voters = makeVoters(30)
  const first = cast(randomUUID(), 1)
  const receipts = await Promise.all(voters.map(async (voterId, at) => await cast(voterId, 1 + at % 2)))
  t.equal(nameOf(await first), 'recorded')
  t.strictSame(Array.from(new Set(receipts.map(nameOf))), ['recorded'])
  t.strictSame(Array.from(new Set(receipts.map((receipt) => receipt instanceof PlenumError ? 0 : receipt.version))), [4], 'those that waited for the first came together')
  t.hasStrict(await results(), { version: 4, voters: 31, counts: { 1: 16, 2: 15 } })
  t.strictSame(await recount(), { 1: 16, 2: 15 })

  await Promise.all(voters.map(async (voterId) => await cast(voterId, 2)))
  t.hasStrict(await results(), { voters: 31, counts: { 1: 1, 2: 30 } })
  t.strictSame(await recount(), { 1: 1, 2: 30 })
  const ballots = await sql`SELECT count(*)::int FROM ballots WHERE poll_id = ${id}`
  t.strictSame(Array.from(ballots, ({ count }) => count), [46], 'the fifteen that said the same again made no second ballot')
})

t.test('[V5][R7] votes that race a close count if and only if they were acknowledged, and the close is the last word', async (t) => {
  const { id, cast, polls, userId, results, recount } = await openLedger(t)
  const racing = makeVoters(60).map(async (voterId, at) => {
    // Spread over the turns of the event loop, so that the close falls between them.
    for (let turn = 0; turn < 2 * at; turn++) await new Promise((resolve) => { setImmediate(resolve) })
    return await cast(voterId, 1)
  })
  const closing = polls.command(id, userId, 'close')
  const outcomes = (await Promise.all(racing)).map(nameOf)
  const { results: closed } = await closing
  const counted = outcomes.filter((outcome) => outcome === 'recorded').length
  t.strictSame(outcomes.filter((outcome) => outcome !== 'recorded'), Array(60 - counted).fill('poll_closed'))
  t.hasStrict(closed, { final: true, voters: counted, counts: { 1: counted, 2: 0 } })
  t.strictSame(await results(), closed)
  t.strictSame(await recount(), counted === 0 ? {} : { 1: counted })
})

t.test('[V5] a vote that waits behind a close is refused, as it is counted by what it finds after its wait', async (t) => {
  const { id, cast, recount } = await openLedger(t)
  const closing = await sql.reserve()
  await closing`BEGIN`
  await closing`UPDATE polls SET status = 'closed', revision = revision + 1 WHERE id = ${id}`
  const late = cast(randomUUID(), 1)
  await findBackend('transactionid')
  await closing`COMMIT`
  closing.release()
  t.equal(nameOf(await late), 'poll_closed')
  t.strictSame(await recount(), {})
})

t.test('[V5] a vote that waits beyond closesAt is refused, as the clock is read after its wait', async (t) => {
  const { id, cast, recount } = await openLedger(t)
  const holding = await sql.reserve()
  await holding`BEGIN`
  await holding`SELECT FROM polls WHERE id = ${id} FOR UPDATE`
  const late = cast(randomUUID(), 1)
  await findBackend('transactionid')
  await holding`UPDATE polls SET closes_at = clock_timestamp() WHERE id = ${id}`
  await holding`COMMIT`
  holding.release()
  t.equal(nameOf(await late), 'poll_closed')
  t.strictSame(await recount(), {})
})

t.test('[R2][V2] two servers that count votes of the same people at once agree with a recount', async (t) => {
  const { id, cast, results, recount } = await openLedger(t, { revote: 'change' })
  const other = await openServer(t)
  const voters = makeVoters(40)
  const outcomes = await Promise.all(voters.flatMap((voterId, at) => [cast(voterId, 1 + at % 2), other.cast(id, voterId, 2 - at % 2)]))
  t.strictSame(outcomes.map(nameOf).sort(), [...Array(40).fill('changed'), ...Array(40).fill('recorded')])
  const counts = { 1: 0, 2: 0, ...await recount() }
  t.hasStrict(await results(), { voters: 40, counts })
  t.equal(counts[1] + counts[2], 40)
})

t.test('[V6] a ballot that the database refuses fails alone', async (t) => {
  const { cast, results, recount, troubles } = await openLedger(t)
  const [bad = '', ...voters] = makeVoters(21)
  await sql.unsafe(`
    CREATE FUNCTION refuse_one () RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.voter_id = '${bad}' THEN RAISE EXCEPTION 'this one cannot be stored'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_one BEFORE INSERT ON ballots FOR EACH ROW EXECUTE FUNCTION refuse_one()`)
  t.teardown(async () => { await sql`DROP FUNCTION refuse_one CASCADE` })

  const outcomes = await Promise.all([...voters.slice(0, 10), bad, ...voters.slice(10)].map(async (voterId) => await cast(voterId, 1)))

  t.strictSame(outcomes.map(nameOf), [...Array(10).fill('recorded'), 'internal', ...Array(10).fill('recorded')])
  t.hasStrict(await results(), { voters: 20, counts: { 1: 20, 2: 0 } })
  t.strictSame(await recount(), { 1: 20 })
  t.strictSame(troubles, ['a vote could not be stored'], 'told once')
})

t.test('[O4] a vote that cannot be judged is answered, and the process and other votes go on', async (t) => {
  const { id, cast } = await openLedger(t)
  const broken = await openLedger(t, { kind: 'text', options: [] })
  // No text, which nothing here writes.
  await sql`UPDATE rooms SET blocked_words = '[5]' WHERE id = (SELECT room_id FROM polls WHERE id = ${broken.id})`
  const server = await openServer(t)
  t.equal(nameOf(await server.cast(broken.id, randomUUID(), 'read from storage')), 'internal')
  t.equal(nameOf(await server.cast(broken.id, randomUUID(), 'from memory')), 'internal')
  t.strictSame(server.troubles, Array(2).fill('a vote could not be judged'))
  t.equal(nameOf(await cast(randomUUID(), 1)), 'recorded')
  t.equal(nameOf(await server.cast(id, randomUUID(), 2)), 'recorded')
})

t.test('[V1][V7] a connection that is lost in the middle of a vote costs no ballot and counts none twice', async (t) => {
  const { cast, results, recount, votes } = await openLedger(t)
  const [slow = '', waiting = ''] = makeVoters(2)
  const gate = 4711
  await sql.unsafe(`
    CREATE FUNCTION wait_at_gate () RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.voter_id = '${slow}' THEN PERFORM pg_advisory_xact_lock(${gate}); END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_at_gate BEFORE INSERT ON ballots FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`)
  t.teardown(async () => { await sql`DROP FUNCTION wait_at_gate CASCADE` })
  const gatekeeper = await sql.reserve()
  await gatekeeper`SELECT pg_advisory_lock(${gate})`

  // The first holds the poll's lock and stands at the gate; the second waits behind it on this server.
  const lost = [cast(slow, 1), cast(waiting, 2)]
  await endBackend(await findBackend('advisory'))
  const outcomes = await Promise.all(lost)

  t.strictSame(outcomes.map(nameOf), ['unavailable', 'unavailable'])
  for (const outcome of outcomes) t.ok(outcome instanceof PlenumError && (outcome.retryAfterMs ?? 0) > 0, 'with a time to try again')
  t.strictSame(await recount(), {}, 'nothing of it was stored')
  await gatekeeper`SELECT pg_advisory_unlock(${gate})`
  gatekeeper.release()
  t.strictSame([nameOf(await cast(slow, 1)), nameOf(await cast(waiting, 2))], ['recorded', 'recorded'], 'the pool has a new connection')
  t.hasStrict(await results(), { voters: 2, counts: { 1: 1, 2: 1 } })
  t.strictSame(await recount(), { 1: 1, 2: 1 })
  const ask = async () => await votes.begin(async (tx) => (await tx`SELECT 1 AS one`)[0]?.one)
  t.strictSame(await Promise.all([ask(), ask()]), [1, 1], 'and as many as before')
})

/** Ends a backend and waits until it is gone: then its client knows, too. */
async function endBackend (pid: number): Promise<void> {
  await sql`SELECT pg_terminate_backend(${pid})`
  await waitUntil(async () => (await sql`SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`).length === 0, 15_000, () => `backend ${pid} lives on`)
}

t.test('[O4][V7] a transaction whose connection is lost rejects, whoever waits gets in, and the process lives on', async (t) => {
  const { id, db, votes } = await openLedger(t)
  const lose = {
    'before its next statement': endBackend,
    'with its next statement on the way': async (pid: number) => { await sql`SELECT pg_terminate_backend(${pid})` }
  }
  for (const [moment, end] of Object.entries(lose)) {
    const loseVote = async () => await votes.begin(async (tx) => {
      const [own] = await tx`SELECT pg_backend_pid() AS pid`
      await end(own?.pid)
      await tx`SELECT 1`
    })
    const loseChange = async () => await db.transaction(async (tx) => {
      const [own] = await tx.execute<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await end(own?.pid ?? 0)
      await tx.execute('SELECT 1')
    })
    const answer = async () => await votes.begin(async (tx) => (await tx`SELECT 1 AS one FROM polls WHERE id = ${id} FOR UPDATE`)[0]?.one)
    // Two connections in each pool: the first two take them, the others wait.
    const outcomes = await Promise.allSettled([loseVote(), loseVote(), answer(), answer(), answer(), loseChange(), loseChange(), db.transaction(async () => 1)])
    t.strictSame(outcomes.map((outcome) => outcome.status === 'fulfilled' ? outcome.value : 'lost'), ['lost', 'lost', 1, 1, 1, 'lost', 'lost', 1], moment)
  }
  // The driver hands the end of a connection to the next read on it, once.
  const areReadsAnswered = async () => (await Promise.allSettled([readClock(db), readClock(db), votes`SELECT 1`, votes`SELECT 1`])).every(({ status }) => status === 'fulfilled')
  await waitUntil(areReadsAnswered, 15_000, () => 'reads still fail')
})

t.test('a transaction that a decision of ours ends leaves nothing behind', async (t) => {
  const { id, cast, votes } = await openLedger(t)
  await t.rejects(votes.begin(async (tx) => {
    await tx`UPDATE polls SET question = 'Mine' WHERE id = ${id}`
    throw new PlenumError('conflict')
  }), { code: 'conflict' })
  t.strictSame(Array.from(await sql`SELECT question FROM polls WHERE id = ${id}`, ({ question }) => question), ['Q'])
  t.equal(nameOf(await cast(randomUUID(), 1)), 'recorded')
})

t.test('joins that were noted twice in a second are written down once, with all the others', async (t) => {
  const { id, db } = await openLedger(t)
  const [{ roomId } = { roomId: '' }] = await sql<{ roomId: string }[]>`SELECT room_id AS "roomId" FROM polls WHERE id = ${id}`
  const [twice = '', once = ''] = makeVoters(2)
  await recordJoins(db, [twice, once, twice].map((voterId) => ({ roomId, voterId })))
  t.strictSame(Array.from(await sql`SELECT voter_id FROM participants WHERE room_id = ${roomId}`, (row) => String(row.voter_id)).sort(), [twice, once].sort())
})

t.test('a room code that is taken is drawn again', async (t) => {
  const { userId } = await openLedger(t)
  const insert = async (code: string) => {
    await sql`INSERT INTO rooms (id, code, title, owner_id) VALUES (${randomUUID()}, ${code}, 'A hall', ${userId})`
  }
  await insert('BCDFGH')
  const drawn: string[] = []
  await withFreshCode(async (code) => {
    drawn.push(code)
    await insert(drawn.length === 1 ? 'BCDFGH' : code)
  })
  t.equal(drawn.length, 2)
  await t.rejects(withFreshCode(async () => { await insert('BCDFGH') }), { code: '23505' }, 'not for ever')
})

t.test('a second process on the folder of an embedded database is told who has it, and the first goes on', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-test-'))
  trackFolder(dataDir)
  t.teardown(() => { removeFolder(dataDir) })
  const { db, close } = await openDatabase({ dataDir, poolSize: 1, onError: (error) => { throw error } })
  t.teardown(close)

  const mainProgram = fileURLToPath(new URL('../../server/main.js', import.meta.url))
  const second = startChild(process.execPath, [mainProgram], { env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0' }, stdio: ['ignore', 'ignore', 'pipe'] })
  let message = ''
  second.process.stderr?.on('data', (chunk: Buffer) => { message += chunk.toString() })
  await second.waitForExit(20_000)

  t.equal(second.process.exitCode, 1)
  t.equal(message, `The data folder ${dataDir} is in use by process ${process.pid}. Stop that process, or start this one with another data folder.\n`)
  t.ok(await readClock(db) instanceof Date)
})
