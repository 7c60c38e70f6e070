import { and, count, desc, eq, inArray, isNull, lt, sql, type InferSelectModel } from 'drizzle-orm'
import type { Db, Tx } from './client.ts'
import { accessCodes } from './schema.ts'

export type AccessCodeRow = InferSelectModel<typeof accessCodes>

export async function countAccessCodes (tx: Tx, roomId: string): Promise<number> {
  const [row] = await tx.select({ codes: count() }).from(accessCodes).where(eq(accessCodes.roomId, roomId))
  return row?.codes ?? 0
}

export async function insertAccessCodes (tx: Tx, roomId: string, codes: { id: string, codeHash: string }[]): Promise<void> {
  const ids = sql.param(codes.map(({ id }) => id))
  const hashes = sql.param(codes.map(({ codeHash }) => codeHash))
  await tx.execute(sql`
    INSERT INTO access_codes (id, room_id, code_hash)
    SELECT c.id, ${roomId}::uuid, c.code_hash FROM unnest(${ids}::uuid[], ${hashes}::text[]) AS c (id, code_hash)`)
}

/** Newest first. */
export async function listAccessCodes (db: Db, roomId: string, page: { before?: string | undefined, limit: number }): Promise<AccessCodeRow[]> {
  return await db.select().from(accessCodes)
    .where(and(eq(accessCodes.roomId, roomId), page.before === undefined ? undefined : lt(accessCodes.id, page.before)))
    .orderBy(desc(accessCodes.id)).limit(page.limit)
}

/** False when the room has no such code. Again it changes nothing. */
export async function revokeAccessCode (db: Db, roomId: string, id: string): Promise<boolean> {
  const revoked = await db.update(accessCodes).set({ revokedAt: sql`coalesce(${accessCodes.revokedAt}, clock_timestamp())` })
    .where(and(eq(accessCodes.id, id), eq(accessCodes.roomId, roomId))).returning({ id: accessCodes.id })
  return revoked.length > 0
}

/**
 * Uses the code with one of these hashes, if nobody has: one statement, so that of many at once one wins.
 * @param redeemedBy the voter that the device is until then
 * @returns the code as it is then, and whether it was this call that used it; undefined when the room has no such code
 */
export async function takeAccessCode (
  db: Db, { roomId, hashes, redeemedBy }: { roomId: string, hashes: string[], redeemedBy: string | undefined }
): Promise<{ code: AccessCodeRow, isTaken: boolean } | undefined> {
  const isMeant = and(eq(accessCodes.roomId, roomId), inArray(accessCodes.codeHash, hashes))
  const [taken] = await db.update(accessCodes).set({ usedAt: sql`clock_timestamp()`, redeemedBy: redeemedBy ?? null })
    .where(and(isMeant, isNull(accessCodes.usedAt), isNull(accessCodes.revokedAt))).returning()
  if (taken !== undefined) return { code: taken, isTaken: true }
  const [code] = await db.select().from(accessCodes).where(isMeant)
  return code && { code, isTaken: false }
}
