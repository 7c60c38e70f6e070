// Finds the programs that tests need, and installs missing ones where that is possible.
import { spawn } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const aptTimeoutMs = 10 * 60_000
const postgresRoot = '/usr/lib/postgresql'

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

export function findOnPath (...names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const name of names) {
    for (const folder of folders) {
      if (isExecutable(join(folder, name))) return join(folder, name)
    }
  }
  return null
}

function runApt (...args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, {
      // On stderr, since stdout belongs to the test report.
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: aptTimeoutMs
    })
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
}

let updated: Promise<boolean> | null = null

async function installPackage (name: string): Promise<void> {
  const canInstall = process.getuid?.() === 0 && findOnPath('apt-get') !== null
  // The test command has tried already; parallel test files would only wait for each other's lock.
  if (!canInstall || process.env.TEST_SKIP_INSTALL !== undefined) return
  console.error(`Installing ${name} with apt-get (up to a few minutes).`)
  updated ??= runApt('update', '-q')
  await updated
  await runApt('install', '-y', '-q', '--no-install-recommends', name)
}

/** The path that the environment names. */
export function configured (variable: string): string | null {
  const path = process.env[variable] ?? ''
  return path === '' ? null : path
}

async function findOrInstall (find: () => string | null, packageName: string): Promise<string | null> {
  const found = find()
  if (found !== null) return found
  await installPackage(packageName)
  return find()
}

function findPostgresFolder (): string | null {
  const initdb = findOnPath('initdb')
  // Where a link of it leads there are the other programs, too.
  if (initdb !== null && findOnPath('postgres') !== null) return join(realpathSync(initdb), '..')
  let versions: string[] = []
  try {
    versions = readdirSync(postgresRoot)
  } catch {
    return null
  }
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(postgresRoot, version, 'bin'))
  return folders.find((folder) => isExecutable(join(folder, 'postgres'))) ?? null
}

/** The folder of `initdb` and `postgres`, or null where PostgreSQL cannot be had. */
export function findPostgres (): Promise<string | null> {
  return findOrInstall(findPostgresFolder, 'postgresql')
}

/** The path of `redis-server`, or null where it cannot be had. */
export function findRedis (): Promise<string | null> {
  return findOrInstall(() => findOnPath('redis-server'), 'redis-server')
}

/** The path of `pgbouncer`, or null where it cannot be had. */
export async function findPgBouncer (): Promise<string | null> {
  return configured('PGBOUNCER_PATH') ?? await findOrInstall(() => findOnPath('pgbouncer') ?? (isExecutable('/usr/sbin/pgbouncer') ? '/usr/sbin/pgbouncer' : null), 'pgbouncer')
}

/** The path of `nginx`, or null where it cannot be had. */
export async function findNginx (): Promise<string | null> {
  return configured('NGINX_PATH') ?? await findOrInstall(() => findOnPath('nginx') ?? (isExecutable('/usr/sbin/nginx') ? '/usr/sbin/nginx' : null), 'nginx')
}

/** The path of `prometheus`, or null where it cannot be had. */
export async function findPrometheus (): Promise<string | null> {
  return configured('PROMETHEUS_PATH') ?? await findOrInstall(() => findOnPath('prometheus'), 'prometheus')
}

/** The path of a Chromium or Chrome, or null where none can be had. */
export async function findChromium (): Promise<string | null> {
  return configured('CHROMIUM_PATH') ?? await findOrInstall(() => findOnPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'), 'chromium')
}
