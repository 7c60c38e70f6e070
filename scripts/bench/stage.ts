// What subjects run on: PostgreSQL with its full durability, Redis, and processes that end with the benchmark.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { removeFolder, trackFolder } from '../../test/helpers/child-process.ts'
import { startPostgres, startRedis, type Postgres, type Redis } from '../../test/helpers/services.ts'
import { monitorArgs, startProgram, type Program, type ProgramRequest, type SubjectProgram } from './program.ts'

export interface StageDatabase {
  url: string
  /** The benchmark's own connection, for set-up and checks. */
  sql: Sql
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
  const programs = new Set<Program>()
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

    startProgram: async (request) => {
      const program = await startProgram(request)
      programs.add(program)
      return program
    },

    startSubjectProgram: async (program, environment = {}) => await stage.startProgram({
      command: process.execPath,
      args: [...monitorArgs, subjectProgram, program],
      environment,
      readPort: (line) => /^\d+$/.test(line) ? Number(line) : null
    }),

    async stop () {
      await Promise.allSettled(Array.from(programs, (program) => program.stop()))
      await Promise.allSettled(clients.map((client) => client.end({ timeout: 1 })))
      await admin?.end({ timeout: 1 })
      await runningPostgres?.stop()
      await runningRedis?.stop()
      for (const folder of folders) removeFolder(folder)
    }
  }
  return stage
}
