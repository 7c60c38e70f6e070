import postgres, { type Sql, type TransactionSql } from 'postgres'
import { databaseErrorOf } from './errors.ts'

// As the work of a transaction: neither COMMIT nor ROLLBACK is written any more.
const never = new Promise<never>(() => {})

/**
 * Makes a client survive the loss of its connections, in two places where the driver does not:
 * - Its `begin` goes on writing to the socket that is gone, be it the next statement or ROLLBACK, which throws from a timer and ends the
 *   process. (Its `reserve` would save the round trip of BEGIN, but loses who waits for a connection while one is lost: for ever.)
 * - It tells the first query of a new connection what ended the old one, although that query was never sent: it is asked once more.
 */
export function surviveLostConnections (client: Sql): Sql {
  const driverBegin = client.begin.bind(client)

  const beginOnce = async <T>(work: (tx: TransactionSql) => Promise<T>, onBegun: () => void): Promise<T> => {
    let isLost = false
    let done: { result: T } | undefined
    try {
      await driverBegin(async (tx) => {
        onBegun()
        try {
          done = { result: await work(refuseWhen(() => isLost, tx)) }
        } catch (error) {
          if (isLost || !isConnectionKept(error)) await never
          throw error
        }
        if (isLost) await never
      })
    } catch (error) {
      isLost = true
      throw error
    }
    if (done === undefined) throw new Error('a transaction was committed without its work')
    return done.result
  }

  const begin = async <T>(work: (tx: TransactionSql) => Promise<T>): Promise<T> => {
    let hasBegun = false
    try {
      return await beginOnce(work, () => { hasBegun = true })
    } catch (error) {
      if (hasBegun || !isFatal(error)) throw error
      return await beginOnce(work, () => {})
    }
  }
  const answers = askTwice(client)
  Object.assign(client, { begin })
  // A facade: the driver's own transactions need its own `unsafe`.
  return new Proxy(client, { get: (target, name) => name === 'unsafe' ? answers : Reflect.get(target, name) })
}

/** As much of a query as Drizzle uses. */
interface Answer<T> extends PromiseLike<T> { values: () => Promise<unknown[][]> }

function askTwice (client: Sql) {
  const ask = client.unsafe.bind(client)
  const asking = async <T>(attempt: () => PromiseLike<T>): Promise<T> => {
    try {
      return await attempt()
    } catch (error) {
      if (!isFatal(error)) throw error
      return await attempt()
    }
  }
  return (...query: Parameters<typeof ask>): Answer<unknown> => ({
    then: (onFulfilled, onRejected) => asking(() => ask(...query)).then(onFulfilled, onRejected),
    values: async () => await asking(() => ask(...query).values())
  })
}

/** The same handle, which throws instead of writing once its connection is lost. */
function refuseWhen (isLost: () => boolean, tx: TransactionSql): TransactionSql {
  const refuse = () => {
    if (isLost()) throw Object.assign(new Error('the connection of this transaction was lost'), { code: 'CONNECTION_CLOSED' })
  }
  return new Proxy(tx, {
    apply (target, self, args) {
      refuse()
      return Reflect.apply(target, self, args)
    },
    get (target, name) {
      refuse()
      return Reflect.get(target, name)
    }
  })
}

/** An answer of the server, or a decision of ours, came over a connection that lives; the driver's own errors mean that it does not. */
function isConnectionKept (error: unknown): boolean {
  const cause = databaseErrorOf(error)
  if (cause instanceof postgres.PostgresError) return !isFatal(cause)
  return !(cause instanceof Error && 'code' in cause && 'syscall' in cause) && !isDriverError(cause)
}

/** The server ends the connection after these: shut down, killed, or idle in a transaction for too long. */
function isFatal (error: unknown): boolean {
  const cause = databaseErrorOf(error)
  return cause instanceof postgres.PostgresError && (cause.severity === 'FATAL' || cause.severity === 'PANIC')
}

function isDriverError (error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^CONNECT(ION)?_/.test(error.code)
}
