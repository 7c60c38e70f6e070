import { and, count, desc, eq, isNull, lt, or, sql, type InferSelectModel } from 'drizzle-orm'
import type { Db } from './client.ts'
import { apiKeys, users } from './schema.ts'
import type { UserRow } from './user-store.ts'

export type ApiKeyRow = InferSelectModel<typeof apiKeys>

/** Stores a key unless the user has that many already. */
export async function insertApiKey (db: Db, row: Omit<ApiKeyRow, 'createdAt' | 'lastUsedAt'>, maxKeys: number): Promise<ApiKeyRow | undefined> {
  return await db.transaction(async (tx) => {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, row.userId)).for('update')
    const [held] = await tx.select({ keys: count() }).from(apiKeys).where(eq(apiKeys.userId, row.userId))
    if (held !== undefined && held.keys >= maxKeys) return undefined
    const [stored] = await tx.insert(apiKeys).values(row).returning()
    return stored
  })
}

/** Newest first. */
export async function listApiKeys (db: Db, userId: string, page: { before?: string | undefined, limit: number }): Promise<ApiKeyRow[]> {
  return await db.select().from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), page.before === undefined ? undefined : lt(apiKeys.id, page.before)))
    .orderBy(desc(apiKeys.id)).limit(page.limit)
}

/** False when the user has no such key. */
export async function deleteApiKey (db: Db, userId: string, keyId: string): Promise<boolean> {
  return (await db.delete(apiKeys).where(and(eq(apiKeys.userId, userId), eq(apiKeys.id, keyId))).returning({ id: apiKeys.id })).length > 0
}

/** A key with its user, unless that account is locked. */
export async function findApiKey (db: Db, keyHash: string): Promise<{ key: ApiKeyRow, user: UserRow } | undefined> {
  const [row] = await db.select({ key: apiKeys, user: users }).from(apiKeys).innerJoin(users, eq(users.id, apiKeys.userId))
    .where(and(eq(apiKeys.keyHash, keyHash), isNull(users.disabledAt)))
  return row
}

/** Notes the use, at most once a minute: a busy program must not make a write of each of its reads. */
export async function touchApiKey (db: Db, keyId: string): Promise<void> {
  await db.update(apiKeys).set({ lastUsedAt: sql`clock_timestamp()` }).where(and(
    eq(apiKeys.id, keyId), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`clock_timestamp() - interval '1 minute'`))))
}
