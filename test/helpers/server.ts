// Plenum itself: in this process for speed, or as a process of its own that a test may kill.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { buildApp, type AppOptions } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { findFreePort, removeFolder, startChild, trackFolder, waitUntil } from './child-process.ts'
import { createTestDatabase } from './database.ts'
import type { Owner } from './owner.ts'

/** A hundredth of the usual cost: tests make many accounts. Servers that are processes have the usual one. */
const passwordCost = { N: 2 ** 10, r: 8, p: 1 }

export const testSecretKey = 'a key for tests only 0123456789abcdef'

export interface RunningServer {
  url: string
  databaseUrl: string | undefined
}

/** Runs Plenum in this process on a database of its own, or on the one given in `environment`. Closed at teardown. */
export async function startServer (
  t: Test, environment: Record<string, string> = {}, options: AppOptions = {}
): Promise<RunningServer & { close: () => Promise<void>, metricsPort: number | undefined }> {
  const databaseUrl = environment.DATABASE_URL ?? await createTestDatabase(t)
  const app = await buildApp(readConfig({ SECRET_KEY: testSecretKey, LOG_LEVEL: 'silent', PORT: '0', ...environment, DATABASE_URL: databaseUrl }), { passwordCost, ...options })
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await app.close()
  }
  t.teardown(close)
  const { port, metricsPort } = await app.listen()
  return { url: `http://127.0.0.1:${port}`, databaseUrl, close, metricsPort }
}

const mainProgram = fileURLToPath(new URL('../../server/main.js', import.meta.url))
const startTimeoutMs = 60_000
const exitTimeoutMs = 20_000

export interface ServerProcess extends RunningServer {
  pid: () => number
  /** Ends it at once, as a power switch would, and waits for the exit. */
  kill: () => Promise<void>
  /** Asks it to end and returns its exit code. */
  terminate: () => Promise<number | null>
  /** Starts it again with the same port and data. */
  restart: () => Promise<void>
  /** What it wrote, for looking at when a test fails. */
  output: () => string
}

/** Runs Plenum as a process: with DATABASE_URL on PostgreSQL, without on the embedded database in a folder of its own. */
export async function spawnServer (t: Owner, environment: Record<string, string> = {}): Promise<ServerProcess> {
  const dataDir = environment.DATA_DIR ?? await mkdtemp(join(tmpdir(), 'plenum-test-'))
  trackFolder(dataDir)
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { PATH: process.env.PATH ?? '', SECRET_KEY: testSecretKey, LOG_LEVEL: 'warn', ...environment, DATA_DIR: dataDir, PORT: String(port) }
  let output = ''
  let child: ReturnType<typeof startChild>

  async function start (): Promise<void> {
    child = startChild(process.execPath, ['--enable-source-maps', mainProgram], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.process.stdout, child.process.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString() })
    const started = child
    await waitUntil(async () => {
      if (started.hasExited()) throw new Error(`the server ended at its start: ${output}`)
      return await isReady(url)
    }, startTimeoutMs, () => `the server did not become ready: ${output}`)
  }

  t.teardown(async () => {
    if (!child.hasExited()) {
      child.signal('SIGKILL')
      await child.waitForExit(exitTimeoutMs)
    }
    await removeFolder(dataDir)
  })
  await start()
  return {
    url,
    databaseUrl: environment.DATABASE_URL,
    pid: () => child.pid,
    async kill () {
      child.signal('SIGKILL')
      await child.waitForExit(exitTimeoutMs)
    },
    async terminate () {
      child.signal('SIGTERM')
      await child.waitForExit(exitTimeoutMs)
      return child.process.exitCode
    },
    restart: start,
    output: () => output
  }
}

async function isReady (url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`)
    await response.text()
    return response.ok
  } catch {
    return false
  }
}
