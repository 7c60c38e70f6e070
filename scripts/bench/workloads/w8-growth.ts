// W8: the same votes and reads when years of polls are stored.
import { readClock } from '../clock.ts'
import { gatherCrowd } from '../crowd.ts'
import { toFigure, type Figure } from '../figures.ts'
import { findErrors } from '../measure/correctness.ts'
import { fillDatabase } from '../measure/fill.ts'
import { climb } from '../measure/ladder.ts'
import { percentileOf, sortTogether } from '../measure/numbers.ts'
import { startLoadProcess } from '../load.ts'
import { startPlenum, type RunningPlenum } from '../subjects/plenum.ts'
import type { StageDatabase } from '../stage.ts'
import type { OpenPoll } from '../subject.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Level {
  polls: number
  ballots: number
}

interface Growth {
  readyMs: number
  votesPerSecond: number
  readMs: number
}

interface Filled {
  database: StageDatabase
  poll: OpenPoll
  pollId: string
  stored: number
}

async function fill ({ stage, say }: WorkloadContext, level: Level): Promise<Filled> {
  const database = await stage.createDatabase()
  const server = await startPlenum(stage, { database })
  const poll = await server.openPoll()
  const pollId = server.pollId(poll)
  await server.stop()
  const startedAt = readClock()
  const stored = await fillDatabase(database, { ...level, pollId })
  say(`${level.polls.toLocaleString('en-US')} polls and ${level.ballots.toLocaleString('en-US')} ballots stored in ${((readClock() - startedAt) / 1000).toFixed(0)} s`)
  return { database, poll, pollId, stored }
}

/** The median time of a read, one after the other. */
async function measureRead ({ isQuick }: WorkloadContext, { address }: RunningPlenum, pollId: string): Promise<number> {
  const load = startLoadProcess()
  try {
    const report = await load.call('http', {
      address,
      dialect: { transport: 'http', method: 'GET', path: `/api/v1/polls/${pollId}/results`, headers: {}, bodies: [] },
      connections: 1,
      ratePerSecond: null,
      durationMs: isQuick ? 1000 : 4000,
      warmUpMs: isQuick ? 300 : 1000,
      drainMs: 2000
    })
    return report.failed === 0 ? percentileOf(sortTogether([report.latencyMs]), 50) : NaN
  } finally {
    load.stop()
  }
}

async function measureGrowth (context: WorkloadContext, filled: Filled, knownRate: number | undefined): Promise<Growth> {
  const { stage, isQuick } = context
  const { database, poll, pollId } = filled
  await stage.checkpoint()
  const startedAt = readClock()
  const server = await startPlenum(stage, { database })
  const readyMs = readClock() - startedAt
  const crowd = await gatherCrowd({ stage, subject: server, poll, voters: isQuick ? 50 : 500 })
  try {
    const readMs = await measureRead(context, server, pollId)
    await crowd.startWatch()
    const { best } = await climb({
      crowd, firstRate: isQuick ? 500 : (knownRate ?? 8000) / 2, stepMs: isQuick ? 700 : 3000, warmUpMs: isQuick ? 300 : 1000, maxSteps: isQuick ? 1 : 10
    })
    const errors = await findErrors(poll, crowd, await crowd.readWatch(), filled.stored)
    filled.stored += crowd.cast.acknowledged + crowd.cast.unanswered
    if (errors.length > 0) context.fail(`W8: ${errors.join('; ')}`)
    return { readyMs, votesPerSecond: errors.length === 0 ? best?.ratePerSecond ?? NaN : NaN, readMs }
  } finally {
    crowd.leave()
    await server.stop()
  }
}

export const growthWorkload: Workload = {
  id: 'W8',
  title: 'votes and reads when much is stored',
  async run (context) {
    const { rounds, say, isQuick } = context
    const levels: Level[] = isQuick
      ? [{ polls: 10, ballots: 1000 }, { polls: 100, ballots: 20_000 }]
      : [{ polls: 10, ballots: 1000 }, { polls: 1000, ballots: 1_000_000 }, { polls: 100_000, ballots: 10_000_000 }]
    const filled: Filled[] = []
    for (const level of levels) filled.push(await fill(context, level))
    const results: Growth[][] = levels.map(() => [])
    for (let round = 1; round <= rounds; round++) {
      for (const [n, one] of filled.entries()) {
        const growth = await measureGrowth(context, one, results[n]?.at(-1)?.votesPerSecond)
        results[n]?.push(growth)
        say(`round ${round} of ${rounds}, ${levels[n]?.ballots.toLocaleString('en-US') ?? ''} ballots: ${growth.votesPerSecond}/s, a read ${growth.readMs.toFixed(2)} ms, ready after ${growth.readyMs.toFixed(0)} ms`)
      }
    }
    const [first = []] = results
    return results.slice(1).flatMap((growths, n) => toFigures(levels[n + 1]?.ballots ?? 0, growths, first))
  }
}

function toFigures (ballots: number, growths: Growth[], first: Growth[]): Figure[] {
  const much = `${ballots.toLocaleString('en-US')} ballots stored`
  const name = '1,000 ballots'
  return [
    toFigure({ workload: 'W8', label: `votes, ${much}`, unit: '/s', values: growths.map((growth) => growth.votesPerSecond), limit: { name, values: first.map((growth) => growth.votesPerSecond) }, goal: { relation: 'at least', value: 0.85 } }),
    toFigure({ workload: 'W8', label: `a read, ${much}, p50`, unit: 'ms', values: growths.map((growth) => growth.readMs), limit: { name, values: first.map((growth) => growth.readMs) }, goal: { relation: 'at most', value: 1.2 } }),
    toFigure({ workload: 'W8', label: `from start to ready, ${much}`, unit: 'ms', values: growths.map((growth) => growth.readyMs), goal: { relation: 'at most', value: 2000 } })
  ]
}
