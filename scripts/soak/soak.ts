// People come and go for a while; then everything that the server held for them must be gone.
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFreePort } from '../../test/helpers/child-process.ts'
import { createStage } from '../bench/stage.ts'
import { monitorArgs } from '../bench/program.ts'
import { alignColumns } from '../columns.ts'
import { readSeed, runCommand } from '../command.ts'
import { createRandom } from '../faults/random.ts'
import { churn, type Visits } from './churn.ts'
import { drawMemory } from './drawing.ts'
import { heldForPeople, takeSample, type Sample, type Sampler } from './sample.ts'
import { compare, type Comparison } from './verdict.ts'

const warmUpSeconds = 15
// What nobody watches is forgotten after a minute, and looked for once a second.
const settleSeconds = 65
const sampleEveryMs = 5000

const usage = `Usage: npm run soak -- [--seconds N] [--seed N] [--svg FILE] [--json FILE] [--help]

Runs one server process on PostgreSQL and Redis. Rooms, polls, sockets, feeds and subscriptions begin and
end at random, by a word or cut off; then everybody leaves. When the times have passed after which the
server forgets, its memory, handles, timers and connections must be what they were before.

  --seconds N  how long they come and go (default 30; 3600 for the full one). On top come about two and a
               half minutes: the same for ${warmUpSeconds} s to begin with, so that code is compiled and pools are
               filled, and ${settleSeconds} s of quiet before each of the two looks
  --seed N     begins with the same choices (default: random; it is printed)
  --svg FILE   draws the memory over time
  --json FILE  writes all samples

Exit code: 0 when everything is back, 1 when something is not, 2 for options that it does not know.`

const mainProgram = fileURLToPath(new URL('../../server/main.js', import.meta.url))

function readOptions (args: string[]) {
  const { values } = parseArgs({
    args, options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string' }, svg: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', default: false } }
  })
  const seconds = Number(values.seconds)
  if (!Number.isSafeInteger(seconds) || seconds < 1) throw new Error('The seconds are a whole number from 1.')
  return { ...values, seconds, seed: readSeed(values.seed) }
}

interface Soak { samples: Sample[], visits: Visits, compared: Comparison[] }

async function soak ({ seconds, seed }: { seconds: number, seed: number }): Promise<Soak> {
  const stage = createStage({})
  try {
    const [database, redis, port, metricsPort] = [await stage.createDatabase(), await stage.startRedis(), await findFreePort(), await findFreePort()]
    const program = await stage.startProgram({
      command: process.execPath,
      args: [...monitorArgs, mainProgram],
      environment: {
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        SECRET_KEY: 'a key for measurements only 0123456789abcdef',
        LOG_LEVEL: 'warn',
        ACCESS_TOKEN_TTL_SECONDS: '86400',
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        DATA_DIR: stage.createFolder()
      },
      readPort: (line) => line.includes(`:${port}`) ? port : null
    })
    return await watch({ program, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, sql: database.sql }, `http://127.0.0.1:${port}`, seconds, createRandom(seed))
  } finally {
    await stage.stop()
  }
}

async function watch (sampler: Sampler, url: string, seconds: number, random: () => number): Promise<Soak> {
  const startedAt = performance.now()
  const samples: Sample[] = []
  const look = async (phase: string): Promise<Sample> => {
    const sample = await takeSample(sampler, (performance.now() - startedAt) / 1000, phase)
    samples.push(sample)
    const held = heldForPeople.map((what) => `${sample.counts[what] ?? 0} ${what}`).join(', ')
    console.log(`${sample.at.toFixed(0).padStart(5)} s  ${phase.padEnd(8)}  heap ${sample.heapMb.toFixed(1)} MB, process ${sample.rssMb.toFixed(0)} MB, loop ${sample.loopBlockMs.toFixed(0)} ms; ${held}`)
    return sample
  }
  const during = async <T>(phase: string, work: Promise<T>): Promise<T> => {
    const state = { isOver: false }
    const worked = work.finally(() => { state.isOver = true })
    while (!state.isOver) {
      await Promise.race([worked, delay(sampleEveryMs)])
      if (!state.isOver) await look(phase)
    }
    return await worked
  }
  const churnFor = async (phase: string, forSeconds: number): Promise<Visits> => {
    const endAt = performance.now() + forSeconds * 1000
    return await during(phase, churn(url, random, () => performance.now() > endAt))
  }
  await churnFor('warm-up', warmUpSeconds)
  await during('quiet', delay(settleSeconds * 1000))
  const before = await look('before')
  const visits = await churnFor('churn', seconds)
  await during('quiet', delay(settleSeconds * 1000))
  const after = await look('after')
  return { samples, visits, compared: compare(before, after) }
}

function formatComparison (compared: Comparison[]): string {
  const number = (value: number) => Number.isInteger(value) ? String(value) : value.toFixed(1)
  return alignColumns([['', 'before', 'after', 'at most', ''], ...compared.map(({ what, before, after, most, isBack }) =>
    [what, number(before), number(after), number(most), isBack ? 'back' : 'NOT BACK'])]).join('\n')
}

async function run (options: ReturnType<typeof readOptions>): Promise<number> {
  console.log(`Soaking for ${options.seconds} s (seed ${options.seed})`)
  const { samples, visits, compared } = await soak(options)
  console.log(`\n${alignColumns([['visits', 'done', 'broken off', ''], ...Object.entries(visits).map(([kind, { done, failed, firstFailure }]) => [kind, String(done), String(failed), firstFailure])]).join('\n')}`)
  console.log(`\n${formatComparison(compared)}`)
  if (options.svg !== undefined) writeFileSync(options.svg, drawMemory(samples))
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ seed: options.seed, seconds: options.seconds, visits, compared, samples }, null, 2))
  const isServed = Object.values(visits).every(({ done, failed }) => done > failed)
  if (!isServed) console.log('\nMost visits of a kind were broken off: this says nothing.')
  return isServed && compared.every(({ isBack }) => isBack) ? 0 : 1
}

process.exitCode = await runCommand(process.argv.slice(2), { usage, readOptions, run })
