import { DrizzleQueryError } from 'drizzle-orm'
import postgres from 'postgres'

/** What the database or the driver said. Drizzle's own error around it carries every parameter in its message, so it must not be logged. */
export function databaseErrorOf (error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error
}

/** True when the database is away, stuck, or too busy: the same request may succeed later. */
export function isStorageAway (error: unknown): boolean {
  const cause = databaseErrorOf(error)
  // 25006: this is a standby, and its primary is somewhere else.
  if (cause instanceof postgres.PostgresError) return /^(08|40|53|55|57|58|25P0|25006)/.test(cause.code)
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' &&
    /^(CONNECTION_|CONNECT_TIMEOUT|E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN|NOENT))/.test(cause.code)
}

/** True when a row of this key exists already. */
export function isUniqueViolation (error: unknown, constraint: string): boolean {
  const cause = databaseErrorOf(error)
  return cause instanceof postgres.PostgresError && cause.code === '23505' && cause.constraint_name === constraint
}

/** True when somebody else held a lock for longer than `lock_timeout`. */
export function isLockTimeout (error: unknown): boolean {
  const cause = databaseErrorOf(error)
  return cause instanceof postgres.PostgresError && cause.code === '55P03'
}
