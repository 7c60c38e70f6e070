import { and, desc, eq, inArray, lt, sql, type InferSelectModel, type SQL } from 'drizzle-orm'
import type { MemberRole, RoomAccess } from '../server/protocol/room.ts'
import type { Db, Tx } from './client.ts'
import { ballots, polls, rooms, tallyBuckets } from './schema.ts'

export type RoomRow = InferSelectModel<typeof rooms>
export type NewRoomRow = typeof rooms.$inferInsert

/** Who manages a room, and whom and what they keep out, as of this revision of it. */
export interface StaffRow {
  ownerId: string
  /** By user id; the owner is not among them. */
  roles: Record<string, MemberRole>
  presenterHash: string | null
  /** Voter ids. */
  banned: string[]
  blockedWords: string[]
  /** What voting asks for: not the staff's, but of the same revision. */
  access: RoomAccess
  revision: number
}

/** A room with who manages it. */
export interface StoredRoom { room: RoomRow, staff: StaffRow }

// In the same statement as the room or the poll: of one moment.
export const staffOfRoom = {
  ownerId: rooms.ownerId,
  roles: sql<StaffRow['roles']>`(
    SELECT coalesce(jsonb_object_agg(m.user_id, m.role), '{}') FROM room_members m WHERE m.room_id = rooms.id)`,
  presenterHash: rooms.presenterHash,
  banned: sql<string[]>`(
    SELECT coalesce(jsonb_agg(p.voter_id), '[]') FROM participants p WHERE p.room_id = rooms.id AND p.banned_at IS NOT NULL)`,
  blockedWords: rooms.blockedWords,
  access: rooms.access,
  revision: rooms.revision
}

/** Rooms that the user owns or is a member of. */
export function isManagedBy (userId: string) {
  return sql`${rooms.id} IN (
    SELECT own.id FROM rooms own WHERE own.owner_id = ${userId}
    UNION ALL SELECT m.room_id FROM room_members m WHERE m.user_id = ${userId})`
}

async function readRooms (db: Db | Tx, condition: SQL | undefined): Promise<StoredRoom[]> {
  return await db.select({ room: rooms, staff: staffOfRoom }).from(rooms).where(condition)
}

export async function findRoomByCode (db: Db, code: string): Promise<StoredRoom | undefined> {
  const [stored] = await readRooms(db, eq(rooms.code, code))
  return stored
}

export async function findRooms (db: Db, ids: string[]): Promise<StoredRoom[]> {
  return ids.length === 0 ? [] : await readRooms(db, inArray(rooms.id, ids))
}

/** Newest first. */
export async function listRooms (db: Db, filter: { userId: string, before?: string | undefined, limit: number }): Promise<StoredRoom[]> {
  return await db.select({ room: rooms, staff: staffOfRoom }).from(rooms)
    .where(and(isManagedBy(filter.userId), filter.before === undefined ? undefined : lt(rooms.id, filter.before)))
    .orderBy(desc(rooms.id)).limit(filter.limit)
}

export async function listOwnRoomIds (db: Db, userId: string): Promise<string[]> {
  return (await db.select({ id: rooms.id }).from(rooms).where(eq(rooms.ownerId, userId))).map(({ id }) => id)
}

export async function insertRoom (db: Db, row: NewRoomRow): Promise<void> {
  await db.insert(rooms).values(row)
}

export type RoomChange = Partial<Pick<RoomRow, 'title' | 'currentPollId' | 'access' | 'presenterHash' | 'blockedWords' | 'questionsMode' | 'accent' | 'embedOrigins' | 'pollOrder'>>

/**
 * Locks the room, lets `decide` see the truth, stores the change with the next revision, commits. `decide` answers undefined to leave
 * everything as it is; what else it stores, it stores through `tx`. Undefined when there is no such room.
 */
export async function changeRoom (
  db: Db, roomId: string, decide: (stored: StoredRoom, tx: Tx) => RoomChange | undefined | Promise<RoomChange | undefined>
): Promise<StoredRoom | undefined> {
  return await db.transaction(async (tx) => {
    await tx.select({ id: rooms.id }).from(rooms).where(eq(rooms.id, roomId)).for('update')
    const [stored] = await readRooms(tx, eq(rooms.id, roomId))
    if (stored === undefined) return undefined
    const change = await decide(stored, tx)
    if (change === undefined) return stored
    // What is shown of the questions depends on their mode.
    const questionsVersion = change.questionsMode === undefined ? {} : { questionsVersion: sql`${rooms.questionsVersion} + 1` }
    await tx.update(rooms).set({ ...change, ...questionsVersion, revision: sql`${rooms.revision} + 1`, updatedAt: sql`clock_timestamp()` }).where(eq(rooms.id, roomId))
    const [changed] = await readRooms(tx, eq(rooms.id, roomId))
    return changed
  })
}

/** Deletes the room with its polls and their ballots. */
export async function deleteRoom (db: Db, roomId: string): Promise<void> {
  await db.transaction(async (tx) => {
    // Locked first, so that no vote of these polls is in the middle of its transaction.
    const found = await tx.select({ id: polls.id }).from(polls).where(eq(polls.roomId, roomId)).orderBy(polls.id).for('update')
    const pollIds = found.map((poll) => poll.id)
    if (pollIds.length > 0) {
      await tx.delete(ballots).where(inArray(ballots.pollId, pollIds))
      await tx.delete(tallyBuckets).where(inArray(tallyBuckets.pollId, pollIds))
    }
    await tx.delete(rooms).where(eq(rooms.id, roomId))
  })
}

/** What of each of these rooms is newest. */
export async function listRoomRevisions (db: Db, ids: string[]) {
  return ids.length === 0
    ? []
    : await db.select({ id: rooms.id, revision: rooms.revision, questionsVersion: rooms.questionsVersion }).from(rooms).where(inArray(rooms.id, ids))
}
