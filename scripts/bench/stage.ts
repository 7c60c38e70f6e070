// What subjects run on: PostgreSQL with its full durability, Redis, and processes that end with the benchmark.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { removeFolder, startChild, trackFolder, type RunningChild } from '../../test/helpers/child-process.ts'
import { startPostgres, startRedis, type Postgres, type Redis } from '../../test/helpers/services.ts'
import type { SubjectProgram } from './subject-process.ts'

export interface StageDatabase {
  url: string
  /** The benchmark's own connection, for set-up and checks. */
  sql: Sql
}

export interface Program {
  pid: number
  port: number
  readLoopBlockMs (): Promise<number>
  /** Collects garbage first. */
  readMemoryBytes (): Promise<number>
  stop (): Promise<void>
}

export interface ProgramRequest {
  command: string
  args: string[]
  environment: Record<string, string>
  /** Finds the port in a line of the program's output, which means that it is ready; null when it is not in this one. */
  readPort: (line: string) => number | null
}

export interface Stage {
  /** Further variables for Plenum, from the command line. */
  readonly environment: Readonly<Record<string, string>>
  /** An empty database on a PostgreSQL that all subjects share; fsync and synchronous_commit are on. */
  createDatabase (): Promise<StageDatabase>
  /** Process ids of PostgreSQL and Redis, whose CPU time is counted apart. */
  servicePids (): { postgres: number[], redis: number[] }
  startRedis (): Promise<Redis>
  /** Before a round, so that none of them pays for another's writes. */
  checkpoint (): Promise<void>
  createFolder (): string
  startProgram (request: ProgramRequest): Promise<Program>
  startSubjectProgram (program: SubjectProgram, environment?: Record<string, string>): Promise<Program>
  stop (): Promise<void>
}

const subjectProgram = fileURLToPath(new URL('./subject-process.js', import.meta.url))
const monitor = new URL('./monitor.js', import.meta.url).href
const startTimeoutMs = 60_000
const exitTimeoutMs = 20_000

/** Enough for all subjects to be tuned alike: no checkpoint falls into a round. */
const postgresSettings = { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '1h', synchronous_commit: 'on' }

export function createStage (environment: Record<string, string>): Stage {
  let database: Promise<Postgres> | null = null
  let admin: Sql | null = null
  let redis: Promise<Redis> | null = null
  let runningPostgres: Postgres | null = null
  let runningRedis: Redis | null = null
  const folders: string[] = []
  const clients: Sql[] = []
  const programs = new Set<RunningChild>()
  let databases = 0

  async function readyPostgres (): Promise<{ postgres: Postgres, admin: Sql }> {
    database ??= startPostgres({ fsync: true, settings: postgresSettings })
    runningPostgres = await database
    admin ??= postgres(runningPostgres.url, { max: 1, onnotice: () => {} })
    return { postgres: runningPostgres, admin }
  }

  const stage: Stage = {
    environment,

    async createDatabase () {
      const { postgres: server, admin } = await readyPostgres()
      const name = `bench_${++databases}`
      await admin.unsafe(`CREATE DATABASE ${name}`)
      const url = new URL(server.url)
      url.pathname = `/${name}`
      const sql = postgres(url.href, { max: 1, onnotice: () => {} })
      clients.push(sql)
      return { url: url.href, sql }
    },

    servicePids: () => ({
      postgres: runningPostgres === null ? [] : [runningPostgres.pid],
      redis: runningRedis === null ? [] : [runningRedis.pid]
    }),

    async startRedis () {
      redis ??= startRedis()
      runningRedis = await redis
      return runningRedis
    },

    async checkpoint () {
      await admin?.unsafe('CHECKPOINT')
    },

    createFolder () {
      const folder = mkdtempSync(join(tmpdir(), 'plenum-bench-'))
      trackFolder(folder)
      folders.push(folder)
      return folder
    },

    async startProgram ({ command, args, environment, readPort }) {
      const child = startChild(command, args, {
        env: { PATH: process.env.PATH ?? '', ...environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        // A server of several processes ends as a whole.
        detached: true
      })
      programs.add(child)
      const port = await waitForPort(child, readPort)
      return {
        pid: child.pid,
        port,
        readLoopBlockMs: async () => await ask(child, 'loop'),
        readMemoryBytes: async () => await ask(child, 'memory'),
        async stop () {
          programs.delete(child)
          child.signal('SIGKILL')
          await child.waitForExit(exitTimeoutMs)
        }
      }
    },

    startSubjectProgram: async (program, environment = {}) => await stage.startProgram({
      command: process.execPath,
      args: ['--expose-gc', `--import=${monitor}`, subjectProgram, program],
      environment,
      readPort: (line) => /^\d+$/.test(line) ? Number(line) : null
    }),

    async stop () {
      for (const child of programs) child.signal('SIGKILL')
      await Promise.allSettled(clients.map((client) => client.end({ timeout: 1 })))
      await admin?.end({ timeout: 1 })
      await runningPostgres?.stop()
      await runningRedis?.stop()
      for (const folder of folders) removeFolder(folder)
    }
  }
  return stage
}

/** Arguments of node with which a server process can be asked for its event loop and memory. */
export const monitorArgs = ['--expose-gc', `--import=${monitor}`]

async function waitForPort (child: RunningChild, readPort: (line: string) => number | null): Promise<number> {
  const { stdout, stderr } = child.process
  if (stdout === null || stderr === null) throw new Error('the program has no output to read')
  let output = ''
  return await new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`a program ${what}:\n${output}`))
    const timer = setTimeout(() => fail('did not become ready'), startTimeoutMs)
    child.process.once('exit', () => { clearTimeout(timer); fail('ended at its start') })
    for (const input of [stdout, stderr]) {
      createInterface({ input }).on('line', (line) => {
        output = (output + line + '\n').slice(-4000)
        const port = readPort(line)
        if (port === null) return
        clearTimeout(timer)
        resolve(port)
      })
    }
  })
}

/** Asks the monitor in a server process; see monitor.ts. */
async function ask (child: RunningChild, question: 'loop' | 'memory'): Promise<number> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`a server did not tell its ${question} within 10 s`)), 10_000)
    child.process.once('message', (answer: unknown) => {
      clearTimeout(timer)
      resolve(Number(answer))
    })
    child.process.send(question)
  })
}
