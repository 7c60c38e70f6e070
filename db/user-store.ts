import { and, eq, gt, inArray, isNull, sql, type InferSelectModel } from 'drizzle-orm'
import type { Db } from './client.ts'
import { sessions, users } from './schema.ts'

export type UserRow = InferSelectModel<typeof users>

// Any constant serves: it keeps two first users from both becoming the admin.
const firstUserLock = 7_365_117

const isLive = and(isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`clock_timestamp()`))

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
    .where(and(eq(sessions.id, sessionId), isLive))
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
      .innerJoin(users, eq(users.id, sessions.userId)).where(and(eq(sessions.id, sessionId), isLive)).for('update', { of: sessions })
    if (session === undefined) return undefined
    const isNewest = session.refreshHash === oldHash
    await tx.update(sessions).set(isNewest ? { refreshHash: newHash } : { revokedAt: sql`clock_timestamp()` }).where(eq(sessions.id, sessionId))
    return isNewest ? session.user : undefined
  })
}

export async function revokeSession (db: Db, sessionId: string): Promise<void> {
  await db.update(sessions).set({ revokedAt: sql`clock_timestamp()` }).where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)))
}

/** Which of these sessions have not ended. */
export async function listLiveSessions (db: Db, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db.select({ id: sessions.id }).from(sessions).where(and(inArray(sessions.id, ids), isLive))
  return rows.map((row) => row.id)
}
