// Plenum with a room, an open poll and an audience that votes: something to look at within seconds.
import { parseArgs } from 'node:util'
import { renderUnicodeCompact } from 'uqr'
import { buildApp, type App } from '../server/app.ts'
import { ConfigError, readConfig, type Config } from '../server/config.ts'
import type { Poll, Results } from '../server/protocol/poll.ts'
import { PlenumError } from '../server/protocol/problem.ts'
import { findAddresses } from '../server/welcome.ts'
import { startAudience, type Audience } from './demo-audience.ts'
import { prepareStage } from './demo-stage.ts'

const help = `Usage: npm run demo [-- --voters N] [--seconds S]

Starts Plenum, opens polls of several kinds, and lets simulated voters vote on one after the other.
At the end of its turn the quiz is solved. Ctrl-C ends it.

  --voters N   size of the audience, 0 to 2000 (default 200)
  --seconds S  end after so many seconds, up to 86400; 0 runs until Ctrl-C (default 0)
  --help       print this and exit

The settings are those of npm start (see .env.example), except that the embedded database
is kept in ./data/demo unless DATA_DIR says otherwise. With DATABASE_URL the demo adds its
host, room and polls there.
`

const progressMs = 10_000
const drainLimitMs = 14_000

/** A sentence for people instead of a stack trace. */
class DemoError extends Error {}

function readNumber (text: string, name: string, max: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > max) throw new DemoError(`--${name} takes a number from 0 to ${max}, not "${text}".`)
  return Number(text)
}

function readArguments () {
  try {
    return parseArgs({
      options: {
        voters: { type: 'string', default: '200' },
        seconds: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (error) {
    throw new DemoError(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
  }
}

/** The demo's accounts are nobody's: they stay out of the data of a server that is used in earnest. */
function readDemoConfig (): Config {
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = process.env
  const isGiven = [databaseUrl, dataDir].some((value) => value !== undefined && value.trim() !== '')
  return readConfig(isGiven ? process.env : { ...process.env, DATA_DIR: './data/demo' })
}

async function listen (app: App, config: Config): Promise<number> {
  try {
    return (await app.listen()).port
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new DemoError(`Port ${config.port} is taken. Stop what listens there, or choose another port: PORT=${config.port + 1} npm run demo`)
    }
    throw error
  }
}

function describeDemo (config: Config, port: number, code: string): string {
  const { local, forPhones } = findAddresses(config, port)
  const phonePage = `${forPhones ?? local}/j/${code}`
  return [
    `Projector page: ${local}/present/${code}`,
    `Phone page:     ${phonePage}`,
    ...(forPhones === undefined
      ? ['Phones cannot reach this address. To let those in the same network come: HOST=0.0.0.0 npm run demo']
      : ['', renderUnicodeCompact(phonePage)]),
    'Ctrl-C ends the demo.', ''
  ].join('\n')
}

function describeProgress (audience: Audience, poll: Poll | undefined, seconds: number): string {
  const { connected, voted, changed, failed } = audience.counts()
  const results = audience.results()
  const bars = results === undefined || poll === undefined
    ? 'no results yet'
    : `${describeCounts(poll, results)} (version ${results.version})`
  return [
    `${seconds} s: ${connected} connected, ${voted} voted, ${changed} times a mind was changed`,
    ...(failed === 0 ? [] : [`, ${failed} gave up`]),
    `; ${bars}`
  ].join('')
}

/** The most frequent answers. */
function describeCounts ({ options }: Poll, { counts }: Results): string {
  const most = Object.entries(counts).sort(([, a], [, b]) => b - a).slice(0, 5)
  return most.map(([answer, count]) => `${options.find(({ id }) => String(id) === answer)?.label ?? answer} ${count}`).join(', ')
}

/** Resolves when the demo shall end. A second signal ends the process at once. */
async function untilTheEnd (seconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    if (seconds > 0) setTimeout(resolve, seconds * 1000)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => { process.exit(130) })
        resolve()
      })
    }
  })
}

async function run (app: App, config: Config, size: number, seconds: number): Promise<void> {
  const port = await listen(app, config)
  const isEverywhere = ['0.0.0.0', '::'].includes(config.host)
  const url = isEverywhere ? `http://127.0.0.1:${port}` : findAddresses(config, port).local
  const stage = await prepareStage(url).catch((error: unknown) => { throw error instanceof PlenumError ? new DemoError(error.message) : error })
  process.stdout.write(`${describeDemo(config, port, stage.room.code)}\n`)

  const startedAt = Date.now()
  const ending = new AbortController()
  const audience = startAudience({ url, code: stage.room.code, size })
  const playing = stage.play(audience, ending.signal)
  const tell = () => {
    process.stdout.write(`${describeProgress(audience, stage.shown(), Math.round((Date.now() - startedAt) / 1000))}\n`)
  }
  const progress = setInterval(tell, progressMs)
  await Promise.race([untilTheEnd(seconds), playing])
  ending.abort()
  clearInterval(progress)
  tell()
  process.stdout.write('Ending.\n')
  await Promise.all([playing, audience.stop()])
}

async function main (): Promise<void> {
  const values = readArguments()
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const size = readNumber(values.voters, 'voters', 2000)
  const seconds = readNumber(values.seconds, 'seconds', 86_400)
  const config = readDemoConfig()
  const app = await buildApp(config)
  try {
    await run(app, config, size, seconds)
  } finally {
    setTimeout(() => { process.exit(1) }, drainLimitMs).unref()
    await app.close()
  }
}

main().then(() => { process.exit(0) }, (error: unknown) => {
  const isForPeople = error instanceof DemoError || error instanceof ConfigError || (error instanceof Error && 'code' in error && ['DATA_DIR_IN_USE', 'EACCES'].includes(String(error.code)))
  process.stderr.write(`${isForPeople ? error.message : `The demo could not go on: ${error instanceof Error ? error.stack : String(error)}`}\n`)
  process.exit(1)
})
