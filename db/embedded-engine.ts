import { PGlite } from '@electric-sql/pglite'
import { fatalError, simpleQuery, startupPacket, sync } from './embedded-protocol.ts'
import { SyncedStorage } from './embedded-storage.ts'

/** One PostgreSQL session that takes and gives messages of the wire protocol. */
export interface Engine {
  /** What a server says to a client that it lets in, from AuthenticationOk to ReadyForQuery. */
  greeting: Buffer
  /** Runs whole messages. Replies are handed on in order, in pieces of any length, before it resolves. */
  run(messages: Buffer, onReply: (bytes: Buffer) => void): Promise<void>
  /** Ends whatever the last client left behind: its transaction, prepared statements, settings, locks, subscriptions. */
  reset(): Promise<void>
  /** Leaves the files as a clean shutdown does, so that the next start has nothing to recover. */
  close(): Promise<void>
}

interface EngineOptions {
  folder: string
  /** Called once, when PostgreSQL has failed in a way that leaves its memory in doubt; from then on all calls reject. */
  onFailure: (error: Error) => void
}

const replyPieceBytes = 64 * 1024

export async function openEngine ({ folder, onFailure }: EngineOptions): Promise<Engine> {
  const lastWords: string[] = []
  const describe = (sentence: string): string => [sentence, ...lastWords].join('\n')
  const database = await PGlite.create({
    fs: new SyncedStorage(folder),
    startParams: [
      ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), // it turns fsync off
      '-c', 'wal_sync_method=fsync', // the only one that reaches the file system; fdatasync is an empty function
      '-c', 'shared_buffers=32MB' // the system caches the same files; 128 MB would only stay resident
    ],
    onStderr (line) {
      if (/ (FATAL|PANIC): /.test(line)) lastWords.push(line) // other lines may quote rows and statements
      return false
    }
  }).catch((cause: unknown) => { throw new Error(describe(`The database in ${folder} does not open`), { cause }) })
  discloseFailures(database)
  let failure: Error | null = null

  async function run (messages: Buffer, onReply: (bytes: Buffer) => void): Promise<void> {
    if (failure !== null) throw failure
    let pieces: Buffer[] = []
    let bytes = 0
    const flush = (): void => {
      if (bytes > 0) onReply(Buffer.concat(pieces, bytes))
      pieces = []
      bytes = 0
    }
    try {
      await database.runExclusive(() => database.execProtocolRawStream(messages, {
        onRawData (view) {
          pieces.push(Buffer.from(view)) // a copy: the view is into memory that the next reply overwrites
          bytes += view.length
          if (bytes >= replyPieceBytes) flush()
        }
      }))
      flush()
    } catch (cause) {
      flush()
      onReply(fatalError('XX000', 'the embedded database has failed'))
      throw fail(new Error(describe('The embedded database has failed'), { cause }))
    }
  }

  function fail (error: Error): Error {
    if (failure === null) {
      failure = error
      onFailure(error)
    }
    return failure
  }

  async function collect (messages: Buffer): Promise<Buffer> {
    const replies: Buffer[] = []
    await run(messages, (bytes) => { replies.push(bytes) })
    return Buffer.concat(replies)
  }

  return {
    greeting: await collect(startupPacket({ user: 'postgres', database: 'postgres', client_encoding: 'UTF8' })),
    run,
    async reset () {
      // Sync first: after an error in the extended protocol everything up to it is skipped.
      const replies = await collect(Buffer.concat([sync, simpleQuery('ROLLBACK'), simpleQuery('DISCARD ALL')]))
      if (!replies.toString('latin1').includes('DISCARD ALL\0')) {
        throw fail(new Error('The embedded database did not give up the session of its last client'))
      }
    },
    async close () {
      if (failure === null) await database.close()
    }
  }
}

/**
 * PostgreSQL reports an SQL error by a jump that arrives here as an exception with status 100. PGlite's loop handles
 * it, but swallows all other exceptions as well (a stack that ran out, an exit after FATAL) and goes on with a broken
 * engine, or spins for ever on one that has exited. This lets them out.
 */
function discloseFailures (database: PGlite): void {
  const module = database.Module
  const [runLoop, recover] = [module._PostgresMainLoopOnce, module._PostgresMainLongJmp]
  const jumpStatus = 100
  let hidden: unknown = null

  module._PostgresMainLoopOnce = () => {
    try {
      runLoop()
    } catch (error) {
      if (statusOf(error) === jumpStatus) throw error
      hidden = error
      throw Object.assign(new Error('see _PostgresMainLongJmp'), { status: jumpStatus }) // the only way past the handler
    }
  }
  module._PostgresMainLongJmp = () => {
    if (hidden !== null) throw hidden
    recover()
  }
}

function statusOf (error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
}
