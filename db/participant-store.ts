import { and, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { Counts, PollKind } from '../server/protocol/poll.ts'
import type { Db, Tx } from './client.ts'
import { participants } from './schema.ts'

export async function setParticipantName (db: Db, roomId: string, voterId: string, name: string): Promise<void> {
  await db.insert(participants).values({ roomId, voterId, name })
    .onConflictDoUpdate({ target: [participants.roomId, participants.voterId], set: { name: sql`excluded.name` } })
}

/** By voter id; voters without a name are absent. */
export async function listParticipantNames (db: Db, roomId: string): Promise<Map<string, string>> {
  const rows = await db.select({ voterId: participants.voterId, name: participants.name }).from(participants)
    .where(and(eq(participants.roomId, roomId), isNotNull(participants.name)))
  return new Map(rows.map(({ voterId, name }) => [voterId, name ?? '']))
}

export async function banParticipant (tx: Tx, roomId: string, voterId: string): Promise<void> {
  const bannedAt = sql`clock_timestamp()`
  await tx.insert(participants).values({ roomId, voterId, bannedAt })
    .onConflictDoUpdate({ target: [participants.roomId, participants.voterId], set: { bannedAt } })
}

export async function unbanParticipant (tx: Tx, roomId: string, voterId: string): Promise<void> {
  await tx.update(participants).set({ bannedAt: null }).where(and(eq(participants.roomId, roomId), eq(participants.voterId, voterId)))
}

/** The newest ban first. */
export async function listBanned (db: Db, roomId: string, limit: number): Promise<{ voterId: string, bannedAt: Date }[]> {
  const rows = await db.select({ voterId: participants.voterId, bannedAt: participants.bannedAt }).from(participants)
    .where(and(eq(participants.roomId, roomId), isNotNull(participants.bannedAt))).orderBy(desc(participants.bannedAt)).limit(limit)
  return rows.flatMap(({ voterId, bannedAt }) => bannedAt === null ? [] : [{ voterId, bannedAt }])
}

/** The same join may be among them more than once. */
export async function recordJoins (db: Db, joins: { roomId: string, voterId: string }[]): Promise<void> {
  const roomIds = sql.param(joins.map((join) => join.roomId))
  const voterIds = sql.param(joins.map((join) => join.voterId))
  // A room that was deleted meanwhile has nobody to be written down for.
  await db.execute(sql`
    INSERT INTO participants (room_id, voter_id, joined_at)
    SELECT r.id, j.voter_id, clock_timestamp()
    FROM (SELECT DISTINCT room_id, voter_id FROM unnest(${roomIds}::uuid[], ${voterIds}::uuid[]) AS noted (room_id, voter_id)) AS j JOIN rooms r ON r.id = j.room_id
    ORDER BY r.id, j.voter_id
    ON CONFLICT (room_id, voter_id) DO UPDATE SET joined_at = excluded.joined_at WHERE participants.joined_at IS NULL`)
}

export interface ParticipationRow {
  kind: PollKind
  round: number
  version: number
  voted: number
  counts: Counts
  /** Of an open-ended kind: the sum over all of its buckets. */
  words: number
  joined: number
  abstained: number
}

/** One statement, so all numbers are of one moment. Undefined when there is no such poll. */
export async function readParticipation (db: Db, pollId: string): Promise<ParticipationRow | undefined> {
  // Whom the room takes for a voter now: a device that joined before it had redeemed a code, or signed in, is somebody else since.
  const joined = sql`a.room_id = p.room_id AND a.joined_at IS NOT NULL AND CASE r.access
    WHEN 'codes' THEN EXISTS (SELECT FROM access_codes c WHERE c.id = a.voter_id AND c.room_id = a.room_id)
    WHEN 'accounts' THEN EXISTS (SELECT FROM users u WHERE u.id = a.voter_id)
    ELSE true END`
  const [row] = await db.execute<{ kind: PollKind, round: number, version: string, voted: number, counts: Counts, words: number, joined: number, abstained: number }>(sql`
    SELECT p.kind, p.round, t.version, t.voters AS voted, t.counts,
      (SELECT coalesce(sum(b.count), 0)::int FROM tally_buckets b WHERE b.poll_id = p.id AND b.round = p.round) AS words,
      (SELECT count(*)::int FROM participants a WHERE ${joined}) AS joined,
      (SELECT count(*)::int FROM participants a WHERE ${joined} AND NOT EXISTS (
        SELECT FROM (
          SELECT answer, review FROM ballots b WHERE b.poll_id = p.id AND b.round = p.round AND b.voter_id = a.voter_id ORDER BY n DESC LIMIT 1) AS newest
        WHERE newest.answer IS NOT NULL AND newest.review IS NULL)) AS abstained
    FROM polls p JOIN rooms r ON r.id = p.room_id JOIN tallies t ON t.poll_id = p.id AND t.round = p.round WHERE p.id = ${pollId}`)
  return row === undefined ? undefined : { ...row, version: Number(row.version) }
}
