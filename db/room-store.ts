import { and, desc, eq, inArray, lt, sql, type InferSelectModel } from 'drizzle-orm'
import type { Db } from './client.ts'
import { ballots, polls, rooms } from './schema.ts'

export type RoomRow = InferSelectModel<typeof rooms>
export type NewRoomRow = typeof rooms.$inferInsert

export async function findRoomByCode (db: Db, code: string): Promise<RoomRow | undefined> {
  const [row] = await db.select().from(rooms).where(eq(rooms.code, code))
  return row
}

export async function findRooms (db: Db, ids: string[]): Promise<RoomRow[]> {
  return ids.length === 0 ? [] : await db.select().from(rooms).where(inArray(rooms.id, ids))
}

/** Newest first. */
export async function listRooms (db: Db, filter: { ownerId: string, before?: string | undefined, limit: number }): Promise<RoomRow[]> {
  return await db.select().from(rooms)
    .where(and(eq(rooms.ownerId, filter.ownerId), filter.before === undefined ? undefined : lt(rooms.id, filter.before)))
    .orderBy(desc(rooms.id)).limit(filter.limit)
}

export async function insertRoom (db: Db, row: NewRoomRow): Promise<void> {
  await db.insert(rooms).values(row)
}

/** Stores the change with the next revision; without a real change the room stays as it is. Undefined when there is no such room. */
export async function changeRoom (
  db: Db, roomId: string, decide: (room: RoomRow) => Partial<Pick<RoomRow, 'title' | 'currentPollId'>> | undefined
): Promise<RoomRow | undefined> {
  return await db.transaction(async (tx) => {
    const [room] = await tx.select().from(rooms).where(eq(rooms.id, roomId)).for('update')
    if (room === undefined) return undefined
    const change = decide(room)
    if (change === undefined) return room
    const [changed] = await tx.update(rooms)
      .set({ ...change, revision: sql`${rooms.revision} + 1`, updatedAt: sql`clock_timestamp()` })
      .where(eq(rooms.id, roomId)).returning()
    return changed
  })
}

/** Deletes the room with its polls and their ballots. */
export async function deleteRoom (db: Db, roomId: string): Promise<void> {
  await db.transaction(async (tx) => {
    // Locked first, so that no vote of these polls is in the middle of its transaction.
    const found = await tx.select({ id: polls.id }).from(polls).where(eq(polls.roomId, roomId)).orderBy(polls.id).for('update')
    const pollIds = found.map((poll) => poll.id)
    if (pollIds.length > 0) await tx.delete(ballots).where(inArray(ballots.pollId, pollIds))
    await tx.delete(rooms).where(eq(rooms.id, roomId))
  })
}

/** What of each of these rooms is newest. */
export async function listRoomRevisions (db: Db, ids: string[]) {
  return ids.length === 0
    ? []
    : await db.select({ id: rooms.id, revision: rooms.revision }).from(rooms).where(inArray(rooms.id, ids))
}
