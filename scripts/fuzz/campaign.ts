// What one target is sent, what comes of it, and what the rules say of that.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from '../../test/helpers/clients.ts'
import { readMemory } from '../../test/helpers/process-memory.ts'
import type { Stage } from './stage.ts'
import type { Failure, Tally, Target } from './target.ts'

export interface CampaignOptions {
  runs: number
  seed: number
  say: (line: string) => void
}

export interface Row {
  target: string
  inputs: number
  refused: Record<string, number>
  ended: number
  bystanderAcks: number
  megabytesBefore: number
  megabytesAfter: number
  seconds: number
  failure: Failure | undefined
  violations: string[]
}

/** Above what a collector that has not run yet explains. Of 5,000 inputs that is 15 kB each; to find a leak of 1 kB, it takes 73,000. */
export const toleratedMegabytes = 64
const reportMs = 10_000
const settleMs = 3_000

export async function runCampaign (stage: Stage, target: Target, { runs, seed, say }: CampaignOptions): Promise<Row> {
  const startedAt = performance.now()
  const acksBefore = stage.bystander.acks()
  const tally: Tally = { inputs: 0, refused: new Map(), ended: 0 }
  const corpus = readFileSync(join(process.cwd(), 'test/fuzz-corpus', `${target.id}.json`), 'utf8')
  const report = setInterval(() => { say(`${target.id}: ${tally.inputs} inputs, ${stage.bystander.acks() - acksBefore} votes of the bystander`) }, reportMs)
  const violations: string[] = []
  let failure: Failure | undefined
  let megabytesBefore = 0
  let megabytesAfter = 0
  await judge(violations, target.id, async () => {
    // What a server loads once is not counted: a tenth of the inputs comes before the first measure.
    failure = await target.run(stage, { runs: runs / 10, seed, corpus, tally })
    megabytesBefore = Math.round(readMemory(stage.server.pid()))
    failure ??= await target.run(stage, { runs: runs * 0.9, seed: seed + 1_000, corpus: '[]', tally })
    if (runs > 10_000) await delay(settleMs)
    megabytesAfter = Math.round(readMemory(stage.server.pid()))
    if (megabytesAfter > megabytesBefore + toleratedMegabytes) throw new Error(`the server grew from ${megabytesBefore} to ${megabytesAfter} MB`)
  })
  clearInterval(report)
  if (failure !== undefined) violations.unshift(failure.error)
  return {
    target: target.id,
    inputs: tally.inputs,
    refused: Object.fromEntries(Array.from(tally.refused).toSorted(([, a], [, b]) => b - a)),
    ended: tally.ended,
    bystanderAcks: stage.bystander.acks() - acksBefore,
    megabytesBefore,
    megabytesAfter,
    seconds: (performance.now() - startedAt) / 1000,
    failure,
    violations
  }
}

/** What the rules say of a server and its bystander when all is over. */
export async function judgeStage (stage: Stage): Promise<string[]> {
  const violations: string[] = []
  await judge(violations, 'the bystander', async () => { violations.push(...await stage.bystander.leave()) })
  await judge(violations, 'the results', async () => {
    if (!await stage.isExact()) throw new Error('are not what the ballots say')
  })
  await judge(violations, '/readyz', async () => {
    const { status } = await request(stage.url, 'GET', '/readyz')
    if (status !== 200) throw new Error(`answered ${status}`)
  })
  await judge(violations, 'the log', async () => {
    const output = stage.server.output()
    const bad = /.*(unhandled|uncaught|"level":[56]0|request failed|field failed).*/i.exec(output)
    if (bad !== null) violations.push(`the server logged ${bad[0].slice(0, 2_000)}`)
    stage.inspect(output)
  })
  return violations
}

/** What a rule throws is a violation like any other: a server that is gone must not hide what else there is to say. */
async function judge (violations: string[], what: string, rule: () => Promise<void>): Promise<void> {
  try {
    await rule()
  } catch (error) {
    violations.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
