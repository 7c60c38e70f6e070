import { connect, type Socket } from 'node:net'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import * as schema from './schema.ts'
import { startEmbeddedDatabase, type EmbeddedDatabase } from './embedded.ts'
import { migrateDatabase } from './migrate.ts'
import { surviveLostConnections } from './lost-connections.ts'
import { traceQueries, type QueryTracer } from './traced-client.ts'

export type Db = PostgresJsDatabase<typeof schema>
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

export interface DatabaseOptions {
  /** PostgreSQL's address; without one the embedded database in `dataDir` is started. */
  url?: string | undefined
  /** PostgreSQL's own, where `url` leads to a pooler that hands out a connection for each transaction. Migrations need it. */
  directUrl?: string | undefined
  dataDir: string
  /** Connections for votes, and as many again for everything else. The embedded database has one for both. */
  poolSize: number
  onError: (error: Error) => void
  tracer?: QueryTracer | undefined
}

export interface Database {
  /** For everything but votes, so that a slow read never delays a ballot. */
  db: Db
  /** For the vote transaction alone. */
  votes: Sql
  close (): Promise<void>
}

// In the order in which they strike. The database ends what it still can; a connection that stays silent beyond that hangs on a
// dead link or a frozen server, so it is dropped and whatever waits on it is rejected.
const lockTimeoutMs = 3000
const statementTimeoutMs = 4000
const idleInTransactionTimeoutMs = 5000
const silenceTimeoutMs = 6000
const connectTimeoutSeconds = 4
const keepWarmMs = 2000

/** Opens PostgreSQL or the embedded database and brings its tables up to date. */
export async function openDatabase (options: DatabaseOptions): Promise<Database> {
  if (options.url === undefined) {
    const embedded = await startEmbeddedDatabase({ dataDir: options.dataDir, onError: options.onError })
    try {
      return await openEmbedded(embedded, options.tracer)
    } catch (error) {
      await embedded.close()
      throw error
    }
  }
  await migrateDatabase(postgres(options.directUrl ?? options.url, { max: 1, onnotice: () => {}, connect_timeout: connectTimeoutSeconds, connection: withoutTimeouts }))
  const settings = { ...poolSettings(options.poolSize), ...(options.directUrl === undefined ? sessionSettings : pooledSettings) }
  const votes = surviveLostConnections(postgres(options.url, settings))
  const others = surviveLostConnections(postgres(options.url, settings))
  // The first vote after a pause must not pay for a new connection.
  const keepWarm = setInterval(() => { votes`SELECT 1`.catch(() => {}) }, keepWarmMs)
  keepWarm.unref()
  return {
    db: drizzle(traceQueries(others, options.tracer), { schema, casing: 'snake_case' }),
    votes: traceQueries(withPlainInstants(votes), options.tracer),
    async close () {
      clearInterval(keepWarm)
      await Promise.all([votes.end({ timeout: 5 }), others.end({ timeout: 5 })])
    }
  }
}

async function openEmbedded (embedded: EmbeddedDatabase, tracer: QueryTracer | undefined): Promise<Database> {
  const address = { ...embedded.connection, user: 'postgres', database: 'postgres', onnotice: () => {} }
  await migrateDatabase(postgres({ ...address, max: 1 }))
  const client = traceQueries(surviveLostConnections(postgres({ ...address, ...poolSettings(1), ...sessionSettings })), tracer)
  const db = drizzle(client, { schema, casing: 'snake_case' })
  return {
    db,
    votes: client,
    async close () {
      await client.end({ timeout: 5 })
      await embedded.close()
    }
  }
}

function poolSettings (max: number) {
  return {
    max,
    max_lifetime: null,
    connect_timeout: connectTimeoutSeconds,
    backoff: (retries: number) => Math.min(0.05 * 2 ** Math.min(retries, 5), 1),
    onnotice: () => {},
    socket: connectWatched
  }
}

/** Of migrations, whatever the role has: one may take long, or wait for another instance that is at it. */
const withoutTimeouts = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 }

const sessionSettings = {
  connection: {
    application_name: 'plenum',
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs
  }
}

/** Nothing outlives a transaction there: the time-outs belong to the role then, and statements are parsed each time. */
const pooledSettings = { prepare: false, connection: { application_name: 'plenum' } }

let attempts = 0

/** Dials as postgres.js would (each attempt the next host of the list), with a limit on silence. */
function connectWatched (options: { path?: string, host: string[], port: number[] }): Socket {
  const at = attempts++ % options.host.length
  const socket = options.path
    ? connect({ path: options.path })
    : connect({ host: options.host[at] ?? 'localhost', port: options.port[at] ?? 5432 })
  socket.setNoDelay(true)
  socket.setTimeout(silenceTimeoutMs, () => {
    socket.destroy(Object.assign(new Error('the database connection was silent for too long'), { code: 'CONNECTION_SILENT' }))
  })
  return socket
}

/** Drizzle reads instants as text; the votes' client must not differ from it, whichever pool it is. */
function withPlainInstants (client: Sql): Sql {
  drizzle(client)
  return client
}
