// W7: two instances of one service. People vote on the one and watch on the other, beside everybody on one.
import { createClient } from 'redis'
import { toFigure } from '../figures.ts'
import { measureShownRound, type ShownRound, type ShownRoundRequest } from '../measure/shown-round.ts'
import { startPlenum } from '../subjects/plenum.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

const votesPerSecond = 1000

async function countPublished (url: string): Promise<number> {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  try {
    return Number(/cmdstat_publish:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
  } finally {
    client.destroy()
  }
}

function totalCpuUs ({ step, errors }: ShownRound): number {
  const redisCpuUs = Number.isNaN(step.redisCpuUs) ? 0 : step.redisCpuUs
  return errors.length === 0 ? step.serverCpuUs + step.postgresCpuUs + redisCpuUs : NaN
}

async function measure (context: WorkloadContext, name: string, request: Pick<ShownRoundRequest, 'running' | 'watched'>): Promise<ShownRound> {
  const { isQuick } = context
  const round = await measureShownRound(context.stage, {
    ...request,
    voters: isQuick ? 20 : 500,
    watchers: isQuick ? 100 : 1000,
    ratePerSecond: isQuick ? 200 : votesPerSecond,
    durationMs: isQuick ? 1500 : 6000,
    warmUpMs: isQuick ? 500 : 1000
  })
  const { p50Ms, p99Ms, errors, step } = round
  context.say(`  ${name}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, CPU a vote ${totalCpuUs(round).toFixed(0)} us; load ${step.load.toFixed(2)}, late p99 ${step.lateP99Ms.toFixed(1)} ms`)
  if (errors.length > 0) context.fail(`W7: ${errors.join('; ')}`)
  return round
}

export const instancesWorkload: Workload = {
  id: 'W7',
  title: 'two instances and Redis beside one',
  async run (context) {
    const { stage, rounds, say } = context
    const { url: redisUrl } = await stage.startRedis()
    const database = await stage.createDatabase()
    const single = await startPlenum(stage, { database: await stage.createDatabase() })
    const first = await startPlenum(stage, { database, redisUrl })
    const second = await startPlenum(stage, { database, redisUrl })
    const ones: ShownRound[] = []
    const twos: ShownRound[] = []
    const votesAMessage: number[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      ones.push(await measure(context, 'one instance', { running: single }))
      const publishedBefore = await countPublished(redisUrl)
      const two = await measure(context, 'two instances', { running: first, watched: second })
      twos.push(two)
      votesAMessage.push(two.step.acknowledged / (await countPublished(redisUrl) - publishedBefore))
    }
    for (const service of [single, first, second]) await service.stop()
    const one = 'one instance'
    return [
      toFigure({ workload: 'W7', label: 'CPU of all servers a vote, two instances', unit: 'us', values: twos.map(totalCpuUs), limit: { name: one, values: ones.map(totalCpuUs) }, goal: { relation: 'at most', value: 1.15 } }),
      toFigure({ workload: 'W7', label: 'vote to message on the other instance, p50', unit: 'ms', values: twos.map(({ p50Ms }) => p50Ms), limit: { name: one, values: ones.map(({ p50Ms }) => p50Ms) }, compare: 'difference', goal: { relation: 'at most', value: 5 } }),
      toFigure({ workload: 'W7', label: 'vote to message on the other instance, p99', unit: 'ms', values: twos.map(({ p99Ms }) => p99Ms), limit: { name: one, values: ones.map(({ p99Ms }) => p99Ms) }, compare: 'difference' }),
      toFigure({ workload: 'W7', label: `votes for each Redis message${context.isQuick ? '' : ` at ${votesPerSecond.toLocaleString('en-US')}/s`}`, unit: '', values: votesAMessage, ...(context.isQuick ? {} : { goal: { relation: 'at least', value: 100 } }) })
    ]
  }
}
