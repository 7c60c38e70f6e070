import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { lockDataFolder, scratchFolderPrefix } from './data-folder.ts'
import type { Endpoint, Listening, WorkerTask } from './embedded-worker.ts'

export interface EmbeddedDatabase {
  /** Where postgres.js connects: spread into its options, with `max: 1`. */
  connection: { path: string } | { host: string, port: number, password: string }
  /** Ends connections after the messages that are running, and leaves the folder to the next process. At most 10 s. */
  close(): Promise<void>
}

interface EmbeddedDatabaseOptions {
  dataDir: string
  /** The database has ended by itself, and its connections with it. Called at most once, and never after `close()`. */
  onError: (error: Error) => void
}

const closeTimeoutMs = 10_000
// The longest that the structure for a socket's address takes on every system is 103 bytes.
const maxSocketPathBytes = 103

/**
 * Starts PostgreSQL inside this process (in a worker thread) with its files in `dataDir/postgres`. A commit that is
 * acknowledged is on the disk. Throws an Error with code `DATA_DIR_IN_USE` when another live process has the folder.
 *
 * It is one session for one client: a second connection waits until the first has ended. Startup parameters are
 * ignored, statement_timeout and lock_timeout never fire, and COPY FROM STDIN is refused.
 */
export async function startEmbeddedDatabase ({ dataDir, onError }: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const folder = resolve(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const socketFolder = process.platform === 'win32' ? null : await createSocketFolder()
  const removeSocketFolder = async (): Promise<void> => {
    if (socketFolder !== null) await rm(socketFolder, { recursive: true, force: true })
  }
  const lock = await lockDataFolder(folder, socketFolder).catch(async (error: unknown) => {
    await removeSocketFolder()
    throw error
  })
  const release = async (): Promise<void> => {
    await removeSocketFolder()
    lock.release()
  }

  try {
    const storage = join(folder, 'postgres')
    // In a thread of its own: making a database takes some 500 MB, which go back to the system with the thread.
    if (!existsSync(storage)) await runWorker({ kind: 'initialise', folder: storage })

    const endpoint: Endpoint = socketFolder === null
      ? { host: '127.0.0.1', port: 0, password: randomBytes(32).toString('base64url') }
      : { path: join(socketFolder, 'postgres.sock') }
    const worker = createWorker({ kind: 'serve', folder: storage, endpoint })
    const ended = outcome(worker)
    const port = await listening(worker, ended)

    let closing: Promise<void> | null = null
    void ended.then(async (error) => {
      if (closing !== null) return
      closing = release()
      await closing
      onError(error ?? new Error('The embedded database has ended'))
    })
    return {
      connection: 'path' in endpoint ? endpoint : { ...endpoint, port },
      async close () {
        closing ??= stop(worker, ended).then(release)
        await closing
      }
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function stop (worker: Worker, ended: Promise<unknown>): Promise<void> {
  worker.postMessage('close')
  const timeout = setTimeout(() => { void worker.terminate() }, closeTimeoutMs)
  await ended
  clearTimeout(timeout)
}

function createWorker (task: WorkerTask): Worker {
  return new Worker(new URL('./embedded-worker.js', import.meta.url), {
    workerData: task,
    // Above the 2 MB at which PostgreSQL itself refuses to nest deeper, counted in frames several times as large.
    resourceLimits: { stackSizeMb: 32 }
  })
}

async function runWorker (task: WorkerTask): Promise<void> {
  const error = await outcome(createWorker(task))
  if (error !== null) throw error
}

/** Resolves when the thread has ended, with the error that ended it. */
async function outcome (worker: Worker): Promise<Error | null> {
  return await new Promise((resolve) => {
    let error: Error | null = null
    worker.on('error', (cause: Error) => { error = cause })
    worker.once('exit', () => { resolve(error) })
  })
}

/** Resolves with the port, if there is one, once clients can connect. */
async function listening (worker: Worker, ended: Promise<Error | null>): Promise<number> {
  return await new Promise((resolve, reject) => {
    worker.once('message', ({ port }: Listening) => { resolve(port ?? 0) })
    void ended.then((error) => { reject(error ?? new Error('The embedded database has ended while it started')) })
  })
}

/** Nobody else can enter it, so whoever can connect may do so without a password. */
async function createSocketFolder (): Promise<string> {
  const name = join(`${scratchFolderPrefix}XXXXXX`, 'postgres.sock')
  const parent = Buffer.byteLength(join(tmpdir(), name)) <= maxSocketPathBytes ? tmpdir() : '/tmp'
  return await mkdtemp(join(parent, scratchFolderPrefix))
}
