import { and, asc, desc, eq, exists, inArray, lt, or, sql, type InferSelectModel } from 'drizzle-orm'
import type { Answer, PollStatus } from '../server/protocol/poll.ts'
import type { Db, Tx } from './client.ts'
import type { PollEvent } from './delivery-id.ts'
import type { Review, StoredTally } from './ledger.ts'
import { isManagedBy, staffOfRoom, type StaffRow } from './room-store.ts'
import { ballots, optionLabels, options, polls, pollVersions, rooms, tallies, tallyBuckets, type VersionDefinition } from './schema.ts'
import { enqueueEvent } from './webhook-outbox.ts'

export type PollRow = InferSelectModel<typeof polls>
export type TallyRow = InferSelectModel<typeof tallies>
export interface OptionRow { id: number, label: string }

/** A poll with everything that its views are made of. */
export interface StoredPoll {
  poll: PollRow
  /** In the host's order. */
  options: OptionRow[]
  /** Of the current round. */
  tally: TallyRow
  staff: StaffRow
}

const currentTally = and(eq(tallies.pollId, polls.id), eq(tallies.round, polls.round))
const clock = sql<Date>`clock_timestamp()`.mapWith(polls.createdAt)

export async function findPolls (db: Db, ids: string[]): Promise<StoredPoll[]> {
  return ids.length === 0 ? [] : await readPolls(db, inArray(polls.id, ids))
}

/** In the order in which they were created. */
export async function listPollIds (db: Db | Tx, roomId: string): Promise<string[]> {
  return (await db.select({ id: polls.id }).from(polls).where(eq(polls.roomId, roomId)).orderBy(asc(polls.id))).map(({ id }) => id)
}

/** In the order in which they were created. */
export async function findRoomPolls (db: Db, roomId: string): Promise<StoredPoll[]> {
  return await readPolls(db, eq(polls.roomId, roomId))
}

async function readPolls (db: Db, condition: ReturnType<typeof eq>): Promise<StoredPoll[]> {
  const rows = await db.select({ poll: polls, tally: tallies, staff: staffOfRoom, options: optionList }).from(polls)
    .innerJoin(rooms, eq(rooms.id, polls.roomId)).innerJoin(tallies, currentTally)
    .where(condition).orderBy(asc(polls.id))
  return rows
}

// One statement reads the whole poll: two could meet an edit between them and join the options of one revision to the body of another.
const optionList = sql<OptionRow[]>`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'label', o.label) ORDER BY o.position), '[]')
  FROM options o WHERE o.poll_id = polls.id)`

export interface PollFilter {
  /** Polls of the rooms that this user manages. */
  userId: string
  roomId?: string | undefined
  status?: PollStatus | undefined
  /** Only polls older than the one with this id. */
  before?: string | undefined
  limit: number
}

/** Newest first. */
export async function listPolls (db: Db, filter: PollFilter): Promise<StoredPoll[]> {
  return await db.select({ poll: polls, tally: tallies, staff: staffOfRoom, options: optionList }).from(polls)
    .innerJoin(rooms, eq(rooms.id, polls.roomId)).innerJoin(tallies, currentTally)
    .where(and(
      isManagedBy(filter.userId),
      filter.roomId === undefined ? undefined : eq(polls.roomId, filter.roomId),
      filter.status === undefined ? undefined : eq(polls.status, filter.status),
      filter.before === undefined ? undefined : lt(polls.id, filter.before)))
    .orderBy(desc(polls.id)).limit(filter.limit)
}

export async function readClock (db: Db): Promise<Date> {
  const [row] = await db.select({ now: clock }).from(sql`(SELECT 1) AS one`)
  return row?.now ?? new Date()
}

export type NewPollRow = typeof polls.$inferInsert

/** @param labels get the option ids 1 to n in this order. */
export async function insertPoll (
  db: Db, row: NewPollRow, labels: string[], content: Omit<StoredTally, 'version'>, newRoom?: typeof rooms.$inferInsert
): Promise<void> {
  await db.transaction(async (tx) => {
    if (newRoom !== undefined) await tx.insert(rooms).values(newRoom)
    await tx.insert(polls).values(row)
    if (labels.length > 0) {
      await tx.insert(options).values(labels.map((label, at) => ({ pollId: row.id, id: at + 1, position: at, label })))
      await tx.insert(optionLabels).values(labels.map((label, at) => ({ pollId: row.id, optionId: at + 1, revision: row.revision ?? 1, label, at: clock })))
    }
    const [tally] = await tx.insert(tallies).values({ pollId: row.id, round: 1, version: 1, ...content, at: clock }).returning({ at: tallies.at })
    const definition = versionDefinition({ ...row, revealed: null, settings: row.settings ?? {} }, labels.map((_label, at) => at + 1))
    await tx.insert(pollVersions).values({ pollId: row.id, version: 1, round: 1, status: 'draft', definition, at: tally?.at ?? clock })
  })
}

/** What a change of a poll is decided on, while the poll's lock is held. */
export interface LockedState extends StoredPoll {
  /** The database's clock, read after the lock was taken. */
  now: Date
  /** Whether the current round has any ballot, withdrawn ones included. */
  hasBallots: boolean
}

export interface PollChange {
  poll: Partial<Omit<PollRow, 'id' | 'roomId' | 'revision' | 'createdAt' | 'updatedAt'>>
  /** The whole list, in the host's order. */
  options?: OptionRow[]
  /** Makes a new version, or none when absent. A round above the current one begins that round. */
  tally?: { round: number, content: Omit<StoredTally, 'version'> }
}

export type DecideChange = (state: LockedState, tx: Tx) => PollChange | undefined | Promise<PollChange | undefined>

/**
 * Locks the poll, lets `decide` see the truth, stores the change with the next revision (and version), commits.
 * Undefined when there is no such poll; `decide` answers undefined to leave everything as it is.
 * @param decide may read and store more in the same transaction
 * @param describe what of the change the room's webhooks are told; it is queued in the same transaction
 */
export async function changePoll (
  db: Db, pollId: string, decide: DecideChange, describe: (before: StoredPoll, after: StoredPoll) => PollEvent | undefined
): Promise<StoredPoll | undefined> {
  return await db.transaction(async (tx) => {
    const state = await lockPoll(tx, pollId)
    if (state === undefined) return undefined
    const change = await decide(state, tx)
    if (change === undefined) return state
    await storeChange(tx, state, change)
    const [stored] = await readPolls(tx, eq(polls.id, pollId))
    const event = stored && describe(state, stored)
    if (event !== undefined) await enqueueEvent(tx, state.poll.roomId, event)
    return stored
  })
}

async function lockPoll (tx: Tx, pollId: string): Promise<LockedState | undefined> {
  // Its own statement: a snapshot taken before the wait would miss what the transaction waited for has stored.
  await tx.select({ id: polls.id }).from(polls).where(eq(polls.id, pollId)).for('update')
  const [stored] = await readPolls(tx, eq(polls.id, pollId))
  if (stored === undefined) return undefined
  const ofRound = tx.select({ n: ballots.n }).from(ballots).where(and(eq(ballots.pollId, pollId), eq(ballots.round, stored.poll.round)))
  const [facts] = await tx.select({ now: clock, hasBallots: sql<boolean>`${exists(ofRound)}` }).from(polls).where(eq(polls.id, pollId))
  return facts === undefined ? undefined : { ...stored, ...facts }
}

async function storeChange (tx: Tx, state: LockedState, change: PollChange): Promise<void> {
  const pollId = state.poll.id
  await tx.update(polls)
    .set({ ...change.poll, revision: state.poll.revision + 1, updatedAt: state.now })
    .where(eq(polls.id, pollId))
  if (change.options !== undefined) {
    await tx.delete(options).where(eq(options.pollId, pollId))
    if (change.options.length > 0) {
      await tx.insert(options).values(change.options.map(({ id, label }, position) => ({ pollId, id, position, label })))
    }
    const labels = new Map(state.options.map(({ id, label }) => [id, label]))
    const edited = change.options.filter(({ id, label }) => labels.get(id) !== label)
    if (edited.length > 0) {
      await tx.insert(optionLabels).values(edited.map(({ id, label }) => ({ pollId, optionId: id, revision: state.poll.revision + 1, label, at: state.now })))
    }
  }
  if (change.tally === undefined) return
  const { round, content: { voters, counts, derived, correctVoters } } = change.tally
  const tally = { round, voters, counts, derived, correctVoters, version: state.tally.version + 1, at: state.now }
  await tx.insert(tallies).values({ pollId, ...tally })
    .onConflictDoUpdate({ target: [tallies.pollId, tallies.round], set: tally })
  const poll = { ...state.poll, ...change.poll }
  const definition = versionDefinition(poll, (change.options ?? state.options).map((option) => option.id))
  await tx.insert(pollVersions).values({ pollId, version: tally.version, round, status: poll.status, definition, at: state.now })
}

function versionDefinition ({ kind, minChoices, maxChoices, settings, revealed }: Pick<PollRow, Exclude<keyof VersionDefinition, 'optionIds'>>, optionIds: number[]): VersionDefinition {
  return { kind, minChoices, maxChoices, settings, optionIds, revealed }
}

/** Locks and deletes the poll with all its rounds when `decide` lets it. False when there is no such poll. */
export async function deletePoll (db: Db, pollId: string, decide: (state: LockedState) => void): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const state = await lockPoll(tx, pollId)
    if (state === undefined) return false
    decide(state)
    await tx.update(rooms).set({ currentPollId: null, revision: sql`${rooms.revision} + 1`, updatedAt: state.now })
      .where(and(eq(rooms.id, state.poll.roomId), eq(rooms.currentPollId, pollId)))
    await tx.delete(ballots).where(eq(ballots.pollId, pollId))
    await tx.delete(tallyBuckets).where(eq(tallyBuckets.pollId, pollId))
    await tx.delete(polls).where(eq(polls.id, pollId))
    return true
  })
}

/** The last tally of a round, with what the poll was then; null for rounds from before that was kept. */
export interface RoundTally { tally: TallyRow, definition: VersionDefinition | null }

/**
 * One statement with its tally, whose columns are named in full: within the inner query they would be those of its own table. The newest
 * row that is not newer is of the same round: each round begins with one.
 */
export const definitionOfTally = sql<VersionDefinition | null>`(
  SELECT v.definition FROM poll_versions v
  WHERE v.poll_id = ${tallies}.poll_id AND v.version <= ${tallies}.version ORDER BY v.version DESC LIMIT 1)`

/** The tally of one round, the current one or an older one. */
export async function findRoundTally (db: Db, pollId: string, round: number): Promise<RoundTally | undefined> {
  const [row] = await db.select({ tally: tallies, definition: definitionOfTally }).from(tallies).where(and(eq(tallies.pollId, pollId), eq(tallies.round, round)))
  return row
}

/** The same without its settings. */
export async function findTally (db: Db, pollId: string, round: number): Promise<TallyRow | undefined> {
  const [row] = await db.select().from(tallies).where(and(eq(tallies.pollId, pollId), eq(tallies.round, round)))
  return row
}

/** What of each of these polls, and of every poll of these rooms, is newest. */
export async function listPollVersions (db: Db, pollIds: string[], roomIds: string[]) {
  return await db.select({ id: polls.id, revision: polls.revision, version: tallies.version, staffRevision: rooms.revision }).from(polls)
    .innerJoin(rooms, eq(rooms.id, polls.roomId)).innerJoin(tallies, currentTally)
    .where(or(inArray(polls.id, pollIds), inArray(polls.roomId, roomIds)))
}

export interface StoredVote {
  round: number
  answer: Answer | null
  /** Null: it counts. */
  review: Review | null
  /** It took the place of another answer of its voter; a review, which stores the same answer again, is none. */
  isChange: boolean
  version: number
  castAt: Date
}

interface NewestBallotRow extends Record<string, unknown> {
  poll_id: string
  voter_id: string
  round: number
  answer: Answer | null
  review: Review | null
  is_change: boolean
  version: string
  at: string
}

/** By `pollId:voterId`: the newest ballot of each pair in the poll's current round; pairs without one are absent. */
export async function findNewestBallots (db: Db, pairs: { pollId: string, voterId: string }[]): Promise<Map<string, StoredVote>> {
  if (pairs.length === 0) return new Map()
  const pollIds = sql.param(pairs.map((pair) => pair.pollId))
  const voterIds = sql.param(pairs.map((pair) => pair.voterId))
  const rows = await db.execute<NewestBallotRow>(sql`
    SELECT pair.poll_id, pair.voter_id, p.round, b.answer, b.review, b.version, b.at, coalesce(b.n > 1 AND (
      SELECT answer IS NOT NULL FROM ballots
      WHERE poll_id = pair.poll_id AND round = p.round AND voter_id = pair.voter_id AND n < b.n AND answer IS DISTINCT FROM b.answer
      ORDER BY n DESC LIMIT 1), false) AS is_change
    FROM unnest(${pollIds}::uuid[], ${voterIds}::uuid[]) AS pair (poll_id, voter_id)
    JOIN polls p ON p.id = pair.poll_id
    CROSS JOIN LATERAL (
      SELECT n, answer, review, version, at FROM ballots
      WHERE poll_id = pair.poll_id AND round = p.round AND voter_id = pair.voter_id ORDER BY n DESC LIMIT 1) AS b`)
  return new Map(rows.map((row) => [`${row.poll_id}:${row.voter_id}`, {
    round: row.round, answer: row.answer, review: row.review, isChange: row.is_change, version: Number(row.version), castAt: new Date(row.at)
  }]))
}

/** Polls whose `opensAt` or `closesAt` has come or comes within `horizonMs`, with the time left by the database's clock. */
export async function listDuePolls (db: Db, horizonMs: number): Promise<{ id: string, inMs: number }[]> {
  const rows = await db.execute<{ id: string, in_ms: number }>(sql`
    SELECT id, (extract(epoch FROM due - clock_timestamp()) * 1000)::float8 AS in_ms FROM (
      SELECT id, opens_at AS due FROM polls WHERE status = 'draft' AND opens_at IS NOT NULL
      UNION ALL
      SELECT id, closes_at FROM polls WHERE status IN ('open', 'paused') AND closes_at IS NOT NULL) AS waiting
    WHERE due <= statement_timestamp() + ${horizonMs}::float8 * interval '1 millisecond' ORDER BY due LIMIT 1000`)
  return rows.map((row) => ({ id: row.id, inMs: row.in_ms }))
}
