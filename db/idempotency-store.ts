import { and, eq, sql } from 'drizzle-orm'
import type { Db } from './client.ts'
import { idempotencyKeys } from './schema.ts'

interface Answer { status: number, headers: Record<string, string>, body: string }

const isOf = (userId: string, key: string) => and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, key))

/** A day after its request a key is free again; one whose request never ended, because its server died, after a minute. */
const isOver = sql`${idempotencyKeys.createdAt} < clock_timestamp() - CASE WHEN ${idempotencyKeys.status} IS NULL THEN interval '1 minute' ELSE interval '24 hours' END`

/** The first answers to requests with a key, per user. */
export function createIdempotencyStore (db: Db) {
  return {
    /** Takes the key for a request; undefined when it was free, else what holds it. */
    async begin (userId: string, key: string, requestHash: string): Promise<{ requestHash: string, answer: Answer | undefined } | undefined> {
      const fresh = { requestHash, status: null, headers: null, body: null, createdAt: sql`clock_timestamp()` }
      const taken = await db.insert(idempotencyKeys).values({ userId, key, ...fresh })
        .onConflictDoUpdate({ target: [idempotencyKeys.userId, idempotencyKeys.key], set: fresh, setWhere: isOver }).returning({ key: idempotencyKeys.key })
      if (taken.length > 0) return undefined
      const [row] = await db.select().from(idempotencyKeys).where(isOf(userId, key))
      // Given back since.
      if (row === undefined) return await this.begin(userId, key, requestHash)
      const { status, headers, body } = row
      return { requestHash: row.requestHash, answer: status === null ? undefined : { status, headers: headers ?? {}, body: body ?? '' } }
    },

    async complete (userId: string, key: string, answer: Answer): Promise<void> {
      await db.update(idempotencyKeys).set(answer).where(isOf(userId, key))
    },

    /** Frees the key. */
    async abandon (userId: string, key: string): Promise<void> {
      await db.delete(idempotencyKeys).where(isOf(userId, key))
    }
  }
}
