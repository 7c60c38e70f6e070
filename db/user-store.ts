import { and, desc, eq, gt, inArray, isNull, lt, ne, sql, type InferSelectModel } from 'drizzle-orm'
import type { Db, Tx } from './client.ts'
import { apiKeys, sessions, users } from './schema.ts'

export type UserRow = InferSelectModel<typeof users>

// Any constant serves: it keeps two first users from both becoming the admin.
const firstUserLock = 7_365_117

const isLive = and(isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`clock_timestamp()`))
const isEnabled = isNull(users.disabledAt)

/**
 * Stores a user; the first of a server becomes its admin.
 * @param decide refuses by throwing; it is told whether this is the first user.
 */
export async function insertUser (
  db: Db, user: Pick<UserRow, 'id' | 'email' | 'name' | 'passwordHash'>, decide: (isFirst: boolean) => void
): Promise<UserRow> {
  return await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${firstUserLock})`)
    const [existing] = await tx.select({ id: users.id }).from(users).limit(1)
    decide(existing === undefined)
    const [row] = await tx.insert(users).values({ ...user, role: existing === undefined ? 'admin' : 'user' }).returning()
    if (row === undefined) throw new Error('an insert returned no row')
    return row
  })
}

export async function findUserByEmail (db: Db, email: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(sql`lower(${users.email})`, email.toLowerCase()))
  return row
}

/** A session with its user, unless it has ended. */
export async function findLiveSession (db: Db, sessionId: string): Promise<UserRow | undefined> {
  const [row] = await db.select({ user: users }).from(sessions).innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sessionId), isLive, isEnabled))
  return row?.user
}

export async function insertSession (
  db: Db, session: { id: string, userId: string, refreshHash: string, lifetimeSeconds: number }
): Promise<void> {
  const { lifetimeSeconds, ...row } = session
  await db.insert(sessions).values({ ...row, expiresAt: sql`clock_timestamp() + ${lifetimeSeconds}::int * interval '1 second'` })
}

/**
 * Trades the newest refresh token for the next. An older one was stolen or leaked, so it ends the session.
 * Returns the user, or undefined when the token is not the newest of a live session.
 */
export async function rotateRefresh (
  db: Db, sessionId: string, oldHash: string, newHash: string
): Promise<UserRow | undefined> {
  return await db.transaction(async (tx) => {
    const [session] = await tx.select({ refreshHash: sessions.refreshHash, user: users }).from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId)).where(and(eq(sessions.id, sessionId), isLive, isEnabled)).for('update', { of: sessions })
    if (session === undefined) return undefined
    const isNewest = session.refreshHash === oldHash
    await tx.update(sessions).set(isNewest ? { refreshHash: newHash } : { revokedAt: sql`clock_timestamp()` }).where(eq(sessions.id, sessionId))
    return isNewest ? session.user : undefined
  })
}

export async function revokeSession (db: Db, sessionId: string): Promise<void> {
  await db.update(sessions).set({ revokedAt: sql`clock_timestamp()` }).where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)))
}

/** All sessions of a user but this one. */
export async function revokeSessionsOf (db: Db | Tx, userId: string, exceptSessionId?: string): Promise<void> {
  await db.update(sessions).set({ revokedAt: sql`clock_timestamp()` }).where(and(
    eq(sessions.userId, userId), isNull(sessions.revokedAt), exceptSessionId === undefined ? undefined : ne(sessions.id, exceptSessionId)))
}

/** Which of these sessions and API keys are still good. */
export async function listLiveCredentials (db: Db, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const [liveSessions, keys] = await Promise.all([
    db.select({ id: sessions.id }).from(sessions).innerJoin(users, eq(users.id, sessions.userId)).where(and(inArray(sessions.id, ids), isLive, isEnabled)),
    db.select({ id: apiKeys.id }).from(apiKeys).innerJoin(users, eq(users.id, apiKeys.userId)).where(and(inArray(apiKeys.id, ids), isEnabled))
  ])
  return [...liveSessions, ...keys].map(({ id }) => id)
}

/** Stores a new password and ends all other sessions. */
export async function changePassword (db: Db, userId: string, passwordHash: string, exceptSessionId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.update(users).set({ passwordHash }).where(eq(users.id, userId))
    await revokeSessionsOf(tx, userId, exceptSessionId)
  })
}

export async function findUser (db: Db, userId: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, userId))
  return row
}

/** Newest first. */
export async function listUsers (db: Db, page: { before?: string | undefined, limit: number }): Promise<UserRow[]> {
  return await db.select().from(users).where(page.before === undefined ? undefined : lt(users.id, page.before)).orderBy(desc(users.id)).limit(page.limit)
}

/** Locks the account, which ends its sessions for good, or opens it again. Undefined when there is no such user. */
export async function setUserDisabled (db: Db, userId: string, isDisabled: boolean): Promise<UserRow | undefined> {
  return await db.transaction(async (tx) => {
    const [row] = await tx.update(users)
      .set({ disabledAt: isDisabled ? sql`coalesce(${users.disabledAt}, clock_timestamp())` : null }).where(eq(users.id, userId)).returning()
    if (row !== undefined && isDisabled) await revokeSessionsOf(tx, userId)
    return row
  })
}

/** With sessions, keys, memberships and what else belongs to the account; its rooms must be gone already. */
export async function deleteUser (db: Db, userId: string): Promise<void> {
  await db.delete(users).where(eq(users.id, userId))
}
