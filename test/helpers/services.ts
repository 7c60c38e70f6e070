// PostgreSQL and Redis for tests: on 127.0.0.1, on free ports, in temporary folders.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, removeFolder, startChild, trackFolder, waitUntil, type RunningChild } from './child-process.ts'
import type { Owner } from './owner.ts'
import { findPgBouncer, findPostgres, findRedis } from './programs.ts'

export { findChromium } from './programs.ts'

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000
const probeTimeoutMs = 1_000

export interface PostgresOptions {
  port?: number
  /** Off by default, which is faster and survives kill -9, but not a power cut. */
  fsync?: boolean
  /** Further settings of postgresql.conf. */
  settings?: Record<string, string>
  /** Starts as a standby of this server, which follows what it commits. */
  standbyOf?: Postgres
}

export interface Postgres {
  readonly url: string
  readonly port: number
  /** The postmaster; another one after a restart. */
  readonly pid: number
  readonly dataDir: string
  /** Sends the signal and waits for the exit. */
  kill (signal?: NodeJS.Signals): Promise<void>
  /** Same port and data. A running server is shut down first. */
  restart (): Promise<void>
  /** Ends the server and deletes its data. */
  stop (): Promise<void>
}

export interface Redis {
  readonly url: string
  readonly port: number
  /** Another one after a restart. */
  readonly pid: number
  /** Sends the signal and waits for the exit. */
  kill (signal?: NodeJS.Signals): Promise<void>
  /** The process stands still: connections stay open, nothing answers. */
  freeze (): void
  thaw (): void
  /** Same port, no data. */
  restart (): Promise<void>
  stop (): Promise<void>
}

/** For the `skip` option of a test: false when the wrapper has provided the service, else the reason. */
export function skipUnless (variable: 'TEST_DATABASE_URL' | 'TEST_REDIS_URL' | 'CHROMIUM_PATH' | 'PGBOUNCER_PATH' | 'NGINX_PATH' | 'PROMETHEUS_PATH' | 'HELM_PATH'): false | string {
  return (process.env[variable] ?? '') === '' ? `${variable} is not set: run the tests with npm test` : false
}

/** PostgreSQL refuses to run as root; then it runs as the user that its package has created. */
function findPostgresUser (): { uid: number, gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entry = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('postgres:'))
  if (entry === undefined) throw new Error('PostgreSQL does not run as root, and there is no user named postgres')
  const [, , uid, gid] = entry.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** True when a server on the port answers the request with the expected first bytes. */
function probe (port: number, request: Buffer, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: probeTimeoutMs })
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => socket.write(request))
    socket.on('data', (data) => finish(data.toString('latin1').startsWith(expected)))
    socket.on('error', () => finish(false))
    socket.on('timeout', () => finish(false))
    socket.on('close', () => finish(false))
  })
}

/** The start-up message of the PostgreSQL protocol 3.0; the answer R means that it takes connections. */
function postgresGreeting (): Buffer {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const header = Buffer.alloc(8)
  header.writeInt32BE(header.length + parameters.length, 0)
  header.writeInt32BE(196_608, 4)
  return Buffer.concat([header, parameters])
}

async function waitForStart (child: RunningChild, port: number, request: Buffer, expected: string, logFile: string): Promise<void> {
  const tail = (): string => readFileSync(logFile, 'utf8').slice(-2000)
  const isReady = async (): Promise<boolean> => {
    if (child.hasExited()) throw new Error(`The server has ended at once:\n${tail()}`)
    return probe(port, request, expected)
  }
  await waitUntil(isReady, startTimeoutMs, () => `The server was not ready within ${startTimeoutMs} ms:\n${tail()}`)
}

function makeFolder (name: string, user: { uid: number, gid: number } | undefined): string {
  // As root TMPDIR may be a folder that other users cannot enter.
  const folder = mkdtempSync(join(user === undefined ? tmpdir() : '/tmp', `plenum-${name}-`))
  trackFolder(folder)
  chmodSync(folder, 0o711)
  return folder
}

async function endChild (child: RunningChild, signal: NodeJS.Signals): Promise<void> {
  child.signal(signal)
  await child.waitForExit(stopTimeoutMs)
}

/** Throws where PostgreSQL cannot be had; `findPostgres()` tells beforehand. */
export async function startPostgres (options: PostgresOptions = {}): Promise<Postgres> {
  const programs = await findPostgres()
  if (programs === null) throw new Error('PostgreSQL is not installed')
  const user = findPostgresUser()
  const folder = makeFolder('postgres', user)
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  if (user !== undefined) chownSync(dataDir, user.uid, user.gid)
  const [program, ...initArgs] = options.standbyOf === undefined
    ? ['initdb', '-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    : ['pg_basebackup', '-D', dataDir, '-d', options.standbyOf.url, '--write-recovery-conf', '--checkpoint=fast', '--no-sync']
  execFileSync(join(programs, program), initArgs, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: startTimeoutMs })

  const port = options.port ?? await findFreePort()
  const logFile = join(folder, 'postgres.log')
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: options.fsync === true ? 'on' : 'off',
    full_page_writes: options.fsync === true ? 'on' : 'off',
    ...options.settings
  }
  const args = ['-D', dataDir, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]

  const start = async (): Promise<RunningChild> => {
    const log = openSync(logFile, 'a')
    const started = startChild(join(programs, 'postgres'), args, { ...user, cwd: folder, stdio: ['ignore', log, log] })
    closeSync(log)
    await waitForStart(started, port, postgresGreeting(), 'R', logFile)
    return started
  }
  let child = await start()

  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    dataDir,
    get pid () { return child.pid },
    kill: (signal = 'SIGKILL') => endChild(child, signal),
    restart: async () => {
      await endChild(child, 'SIGINT')
      const previous = child
      await waitUntil(async () => {
        // After kill -9 of the postmaster its backends keep the shared memory for a moment.
        child = await start().catch((error: Error) => {
          if (error.message.includes('shared memory')) return previous
          throw error
        })
        return child !== previous
      }, startTimeoutMs, () => 'PostgreSQL did not start again')
    },
    stop: async () => {
      await endChild(child, 'SIGQUIT')
      removeFolder(folder)
    }
  }
}

/** PgBouncer in transaction mode in front of the PostgreSQL of this URL. Resolves to the URL through it. */
export async function startPgBouncer (owner: Owner, databaseUrl: string): Promise<string> {
  const program = await findPgBouncer()
  if (program === null) throw new Error('pgbouncer is not installed')
  const user = findPostgresUser()
  const folder = makeFolder('pgbouncer', user)
  const [port, { hostname, port: databasePort, pathname, username, password }] = [await findFreePort(), new URL(databaseUrl)]
  const configFile = join(folder, 'pgbouncer.ini')
  writeFileSync(configFile, [
    '[databases]', `* = host=${hostname} port=${databasePort || '5432'} user=${username}${password === '' ? '' : ` password=${decodeURIComponent(password)}`}`,
    '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any', 'pool_mode = transaction', 'default_pool_size = 4', 'server_reset_query_always = 0'
  ].join('\n'))
  const logFile = join(folder, 'pgbouncer.log')
  const log = openSync(logFile, 'a')
  const child = startChild(program, [configFile], { ...user, cwd: folder, stdio: ['ignore', log, log] })
  closeSync(log)
  owner.teardown(async () => {
    await endChild(child, 'SIGKILL')
    removeFolder(folder)
  })
  await waitForStart(child, port, postgresGreeting(), 'R', logFile)
  return `postgres://postgres@127.0.0.1:${port}${pathname}`
}

/** Throws where Redis cannot be had; `findRedis()` tells beforehand. */
export async function startRedis (options: { port?: number, settings?: Record<string, string> } = {}): Promise<Redis> {
  const program = await findRedis()
  if (program === null) throw new Error('redis-server is not installed')
  const folder = makeFolder('redis', undefined)
  const port = options.port ?? await findFreePort()
  const logFile = join(folder, 'redis.log')
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...Object.entries(options.settings ?? {}).flatMap(([name, value]) => [`--${name}`, value])]

  const start = async (): Promise<RunningChild> => {
    const log = openSync(logFile, 'a')
    const started = startChild(program, args, { cwd: folder, stdio: ['ignore', log, log] })
    closeSync(log)
    await waitForStart(started, port, Buffer.from('PING\r\n'), '+PONG', logFile)
    return started
  }
  let child = await start()

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid () { return child.pid },
    kill: (signal = 'SIGKILL') => endChild(child, signal),
    freeze: () => child.signal('SIGSTOP'),
    thaw: () => child.signal('SIGCONT'),
    restart: async () => {
      await endChild(child, 'SIGKILL')
      child = await start()
    },
    stop: async () => {
      await endChild(child, 'SIGKILL')
      removeFolder(folder)
    }
  }
}
