import { and, eq, isNotNull, sql } from 'drizzle-orm'
import type { Db } from './client.ts'
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
