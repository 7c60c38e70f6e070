import { and, asc, desc, eq, getTableColumns, gt, inArray, lte, or, sql, type InferSelectModel, type SQL } from 'drizzle-orm'
import type { QuestionStatus } from '../server/protocol/question.ts'
import type { QuestionsMode } from '../server/protocol/room.ts'
import type { Db, Tx } from './client.ts'
import { staffOfRoom, type StaffRow } from './room-store.ts'
import { questions, questionVotes, rooms } from './schema.ts'

export type QuestionRow = InferSelectModel<typeof questions>

/** What a change of a room's questions depends on, as it is under the lock. */
export interface QuestionsState { mode: QuestionsMode, staff: StaffRow }

/**
 * Locks the room for other changes of its questions, lets `change` do its work, and makes a version of it if it changed anything. The lock
 * lets foreign keys through; votes in polls do not ask for the room's row at all. Undefined when there is no such room.
 */
export async function changeQuestions<T> (
  db: Db, roomId: string, change: (tx: Tx, state: QuestionsState) => Promise<{ outcome: T, isChanged: boolean }>
): Promise<{ outcome: T, version: number, isChanged: boolean } | undefined> {
  return await db.transaction(async (tx) => {
    await tx.select({ id: rooms.id }).from(rooms).where(eq(rooms.id, roomId)).for('no key update')
    // Its own statement: one that began before the wait would still see what was before.
    const [state] = await tx.select({ mode: rooms.questionsMode, version: rooms.questionsVersion, staff: staffOfRoom }).from(rooms).where(eq(rooms.id, roomId))
    if (state === undefined) return undefined
    const { outcome, isChanged } = await change(tx, state)
    if (isChanged) await tx.update(rooms).set({ questionsVersion: sql`${rooms.questionsVersion} + 1` }).where(eq(rooms.id, roomId))
    return { outcome, isChanged, version: isChanged ? state.version + 1 : state.version }
  })
}

export async function findQuestion (db: Db | Tx, questionId: string): Promise<QuestionRow | undefined> {
  const [row] = await db.select().from(questions).where(eq(questions.id, questionId))
  return row
}

export async function findQuestions (db: Db | Tx, roomId: string, ids: string[]): Promise<QuestionRow[]> {
  return await db.select().from(questions).where(and(eq(questions.roomId, roomId), inArray(questions.id, ids)))
}

/** How many wait for an answer in the room, and how many this voter has asked there lately. */
export async function countQuestions (tx: Tx, { roomId, voterId, seconds }: { roomId: string, voterId: string, seconds: number }) {
  const [row] = await tx.select({
    unanswered: sql<number>`(count(*) FILTER (WHERE ${questions.status} IN ('open', 'pending')))::int`,
    ownLately: sql<number>`(count(*) FILTER (WHERE ${questions.voterId} = ${voterId} AND ${questions.createdAt} > clock_timestamp() - make_interval(secs => ${seconds})))::int`
  }).from(questions).where(eq(questions.roomId, roomId))
  return row ?? { unanswered: 0, ownLately: 0 }
}

export async function insertQuestion (tx: Tx, row: Pick<QuestionRow, 'id' | 'roomId' | 'voterId' | 'authorName' | 'text' | 'status'>): Promise<QuestionRow> {
  const [stored] = await tx.insert(questions).values(row).returning()
  if (stored === undefined) throw new Error('a question was not stored')
  return stored
}

export async function updateQuestion (tx: Tx, questionId: string, { isAnswered, ...change }: { status?: QuestionStatus, isPinned?: boolean, mergedInto?: string | null, isAnswered?: boolean }): Promise<void> {
  const answeredAt = isAnswered === undefined ? {} : { answeredAt: isAnswered ? sql`clock_timestamp()` : null }
  await tx.update(questions).set({ ...change, ...answeredAt }).where(eq(questions.id, questionId))
}

/** Deletes the question with its votes. What was merged into it is a question of its own again, with the votes that it has by then. */
export async function deleteQuestion (tx: Tx, { id, roomId, mergedInto }: QuestionRow): Promise<void> {
  const freed = await tx.update(questions).set({ mergedInto: null, status: sql`CASE WHEN ${questions.answeredAt} IS NULL THEN 'open' ELSE 'answered' END` })
    .where(and(eq(questions.roomId, roomId), eq(questions.mergedInto, id))).returning({ id: questions.id })
  await tx.delete(questions).where(eq(questions.id, id))
  const touched = [...freed.map((question) => question.id), ...mergedInto === null ? [] : [mergedInto]]
  if (touched.length > 0) await recount(tx, touched)
}

export async function hasMerged (tx: Tx, { id, roomId }: QuestionRow): Promise<boolean> {
  return (await tx.select({ id: questions.id }).from(questions).where(and(eq(questions.roomId, roomId), eq(questions.mergedInto, id))).limit(1)).length > 0
}

export interface QuestionVoteRow { questionId: string, voterId: string }

/** Adds and takes back votes, each at most once. Answers the questions, also merged ones, whose votes are others now. */
export async function applyVotes (tx: Tx, { roomId, added, removed }: { roomId: string, added: QuestionVoteRow[], removed: QuestionVoteRow[] }): Promise<string[]> {
  const touched = new Set<string>()
  if (added.length > 0) {
    const inserted = await tx.insert(questionVotes).values(added).onConflictDoNothing().returning({ questionId: questionVotes.questionId })
    for (const { questionId } of inserted) touched.add(questionId)
  }
  if (removed.length > 0) {
    const questionIds = sql.param(removed.map(({ questionId }) => questionId))
    const voterIds = sql.param(removed.map(({ voterId }) => voterId))
    // Also from what was merged into the question: its voters count there. Without the room every question there is would be looked at.
    const deleted = await tx.execute<{ from_id: string, counted_by: string }>(sql`
      DELETE FROM question_votes v USING unnest(${questionIds}::uuid[], ${voterIds}::uuid[]) AS gone (question_id, voter_id), questions q
      WHERE v.voter_id = gone.voter_id AND v.question_id = q.id AND q.room_id = ${roomId} AND (q.id = gone.question_id OR q.merged_into = gone.question_id)
      RETURNING v.question_id AS from_id, gone.question_id AS counted_by`)
    for (const { from_id: fromId, counted_by: countedBy } of deleted) touched.add(fromId).add(countedBy)
  }
  return Array.from(touched)
}

/** Counts the voters of these questions and of what was merged into them, each voter once. */
export async function recount (tx: Tx, ids: string[]): Promise<Map<string, number>> {
  const rows = await tx.execute<{ id: string, votes: number }>(sql`
    UPDATE questions q SET votes = (
      SELECT count(DISTINCT v.voter_id) FROM question_votes v WHERE v.question_id IN (
        SELECT q.id UNION ALL SELECT m.id FROM questions m WHERE m.room_id = q.room_id AND m.merged_into = q.id))
    WHERE q.id = ANY(${sql.param(ids)}::uuid[]) RETURNING q.id, q.votes`)
  return new Map(rows.map(({ id, votes }) => [id, votes]))
}

export interface QuestionFilter {
  roomId: string
  /** Undefined: of those who manage the room, who see all. Else what everyone sees, and this voter's own. */
  seenBy?: { voterId: string | undefined } | undefined
  status?: QuestionStatus | undefined
  sort: 'votes' | 'newest'
  after?: { isPinned: boolean, votes: number, id: string } | undefined
  limit: number
}

export async function listQuestions (db: Db, { roomId, seenBy, status, sort, after, limit }: QuestionFilter): Promise<QuestionRow[]> {
  const isPublic = inArray(questions.status, ['open', 'answered'])
  const conditions: (SQL | undefined)[] = [
    eq(questions.roomId, roomId),
    seenBy === undefined ? undefined : seenBy.voterId === undefined ? isPublic : or(isPublic, eq(questions.voterId, seenBy.voterId)),
    status === undefined ? undefined : eq(questions.status, status)
  ]
  if (after !== undefined && sort === 'newest') conditions.push(sql`${questions.id} < ${after.id}`)
  if (after !== undefined && sort === 'votes') {
    conditions.push(sql`(NOT ${questions.isPinned}, -${questions.votes}, ${questions.id}) > (${!after.isPinned}::boolean, ${-after.votes}::int, ${after.id}::uuid)`)
  }
  const order = sort === 'newest' ? [desc(questions.id)] : [desc(questions.isPinned), desc(questions.votes), questions.id]
  return await db.select().from(questions).where(and(...conditions)).orderBy(...order).limit(limit)
}

/** All questions of a room, oldest first, in pages. */
export async function listAllQuestions (db: Db, { roomId, after, limit }: { roomId: string, after: string | undefined, limit: number }): Promise<QuestionRow[]> {
  return await db.select().from(questions).where(and(eq(questions.roomId, roomId), after === undefined ? undefined : gt(questions.id, after)))
    .orderBy(asc(questions.id)).limit(limit)
}

export interface OwnQuestions {
  /** Newest first. */
  mine: QuestionRow[]
  /** The ids of those voted for; a merged one's voters are of what has its votes. */
  myVotes: string[]
}

/** What these voters have asked in a room, of each the newest, and voted for. By voter; who has done neither is absent. */
export async function findOwnQuestions (db: Db, { roomId, voterIds, limit }: { roomId: string, voterIds: string[], limit: number }): Promise<Map<string, OwnQuestions>> {
  const place = sql<number>`row_number() OVER (PARTITION BY ${questions.voterId} ORDER BY ${questions.id} DESC)`.as('place')
  const placed = db.select({ ...getTableColumns(questions), place }).from(questions)
    .where(and(eq(questions.roomId, roomId), inArray(questions.voterId, voterIds))).as('placed')
  const votedFor = sql<string>`coalesce(${questions.mergedInto}, ${questions.id})`
  const [asked, voted] = await Promise.all([
    db.select().from(placed).where(lte(placed.place, limit)).orderBy(desc(placed.id)),
    db.selectDistinct({ voterId: questionVotes.voterId, id: votedFor }).from(questionVotes).innerJoin(questions, eq(questions.id, questionVotes.questionId))
      .where(and(eq(questions.roomId, roomId), inArray(questionVotes.voterId, voterIds)))
  ])
  const found = new Map<string, OwnQuestions>()
  const ownOf = (voterId: string) => {
    let own = found.get(voterId)
    if (own === undefined) found.set(voterId, own = { mine: [], myVotes: [] })
    return own
  }
  for (const question of asked) ownOf(question.voterId).mine.push(question)
  for (const { voterId, id } of voted) ownOf(voterId).myVotes.push(id)
  return found
}

export interface StoredQuestions {
  mode: QuestionsMode
  version: number
  /** By pins, votes and age. */
  shown: QuestionRow[]
  shownTotal: number
  /** The same with those that wait for a moderator. */
  all: QuestionRow[]
  allTotal: number
}

interface RankedRow {
  questions_mode: QuestionsMode
  questions_version: number
  /** Null: the room has no questions. */
  id: string | null
  voter_id: string
  author_name: string | null
  text: string
  status: QuestionStatus
  is_pinned: boolean
  votes: number
  created_at: string
  answered_at: string | null
  place: number
  shown_place: number
  total: number
  shown_total: number
}

/** The first of a room's questions with the version they are of, in one statement. Undefined when there is no such room. */
export async function readQuestions (db: Db, roomId: string, limit: number): Promise<StoredQuestions | undefined> {
  const rows = await db.execute<RankedRow & Record<string, unknown>>(sql`
    SELECT r.questions_mode, r.questions_version, q.* FROM rooms r LEFT JOIN LATERAL (
      SELECT * FROM (
        SELECT *, (row_number() OVER (ORDER BY is_pinned DESC, votes DESC, id))::int AS place,
          (row_number() OVER (PARTITION BY status = 'pending' ORDER BY is_pinned DESC, votes DESC, id))::int AS shown_place,
          (count(*) OVER ())::int AS total, (count(*) FILTER (WHERE status <> 'pending') OVER ())::int AS shown_total
        FROM questions WHERE room_id = r.id AND status IN ('open', 'answered', 'pending')) AS ranked
      WHERE place <= ${limit} OR (status <> 'pending' AND shown_place <= ${limit})) AS q ON true
    WHERE r.id = ${roomId} ORDER BY q.place`)
  const [first] = rows
  if (first === undefined) return undefined
  const found = rows.filter(({ id }) => id !== null)
  const toRow = (row: RankedRow): QuestionRow => ({
    id: row.id ?? '', roomId, voterId: row.voter_id, authorName: row.author_name, text: row.text, status: row.status, isPinned: row.is_pinned, mergedInto: null, votes: row.votes, createdAt: new Date(row.created_at), answeredAt: row.answered_at === null ? null : new Date(row.answered_at)
  })
  return {
    mode: first.questions_mode,
    version: first.questions_version,
    shown: found.filter(({ status, shown_place: place }) => status !== 'pending' && place <= limit).map(toRow),
    shownTotal: first.shown_total ?? 0,
    all: found.filter(({ place }) => place <= limit).map(toRow),
    allTotal: first.total ?? 0
  }
}
