import { and, desc, eq, isNotNull, sql } from 'drizzle-orm'
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
