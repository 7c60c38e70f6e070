import postgres, { type ReservedSql, type Sql } from 'postgres'
import { databaseErrorOf } from './errors.ts'

/**
 * Replaces `begin`: the driver's own one writes ROLLBACK to a connection that was lost in the middle, which ends the process (its socket
 * is gone and the failure is thrown from a timer). This one leaves a lost connection alone; the pool replaces it by itself.
 * BEGIN travels with the first statements instead of costing a round trip.
 */
export function withSafeTransactions (client: Sql): Sql {
  const begin = async <T>(work: (tx: ReservedSql) => Promise<T>): Promise<T> => {
    const tx = await client.reserve()
    try {
      // Sent now: a query is otherwise sent when it is awaited, and the first statements of `work` would go out before it.
      const begun = tx.unsafe('BEGIN').execute()
      const [, result] = await Promise.all([begun, work(tx)])
      await tx.unsafe('COMMIT')
      tx.release()
      return result
    } catch (error) {
      if (isConnectionKept(error)) await rollBack(tx)
      throw error
    }
  }
  return Object.assign(client, { begin })
}

async function rollBack (tx: ReservedSql): Promise<void> {
  try {
    await tx.unsafe('ROLLBACK')
    tx.release()
  } catch {
    // Lost at the last moment: the server rolls back by itself.
  }
}

/** An answer of the server, or a decision of ours, came over a connection that lives; the driver's own errors mean that it does not. */
function isConnectionKept (error: unknown): boolean {
  const cause = databaseErrorOf(error)
  if (cause instanceof postgres.PostgresError) return !isFatal(cause)
  return !(cause instanceof Error && 'code' in cause && 'syscall' in cause) && !isDriverError(cause)
}

/** The server ends the connection after these: shut down, killed, or idle in a transaction for too long. */
function isFatal (error: postgres.PostgresError): boolean {
  return error.severity === 'FATAL' || error.severity === 'PANIC'
}

function isDriverError (error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^CONNECT(ION)?_/.test(error.code)
}
