// W6: from the moment when a vote is due to the message that includes it, at several rates, with 1,000 watchers.
import { toFigure, type Figure } from '../figures.ts'
import { measureInserts } from '../measure/inserts.ts'
import { measureShownRound, type ShownRound } from '../measure/shown-round.ts'
import type { RunningSubject, Subject } from '../subject.ts'
import { plenum } from '../subjects/plenum.ts'
import { relay } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

/** Results are shown ten times a second at the most. */
const tickMs = 100
const voters = 500

async function measure (context: WorkloadContext, subject: Subject, running: RunningSubject, ratePerSecond: number): Promise<ShownRound> {
  const { stage, isQuick, say } = context
  const round = await measureShownRound(stage, {
    running,
    voters: isQuick ? 20 : voters,
    watchers: isQuick ? 100 : 1000,
    ratePerSecond,
    durationMs: isQuick ? 1500 : ratePerSecond === 1 ? 15_000 : 5000,
    warmUpMs: isQuick ? 500 : 1000
  })
  const { p50Ms, p99Ms, errors, step } = round
  say(`  ${subject.name}, ${ratePerSecond}/s: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; load ${step.load.toFixed(2)}, late p99 ${step.lateP99Ms.toFixed(1)} ms${errors.length === 0 ? '' : `; ${errors[0]}`}`)
  if (subject === plenum && errors.length > 0) context.fail(`W6: ${errors.join('; ')}`)
  return round
}

function toFigures (rate: number, own: ShownRound[], limit: ShownRound[], inserts: number[]): Figure[] {
  const label = (percentile: string): string => `vote to message at ${rate.toLocaleString('en-US')}/s, ${percentile}`
  const p50 = own.map((round) => round.p50Ms)
  const p99 = own.map((round) => round.p99Ms)
  const limits = { p50: { name: relay.name, values: limit.map((round) => round.p50Ms) }, p99: { name: relay.name, values: limit.map((round) => round.p99Ms) } }
  const isIdle = rate === 1
  const isGoalRate = rate === 1000
  return [
    toFigure({ workload: 'W6', label: label('p50'), unit: 'ms', values: p50, limit: limits.p50, compare: 'value', ...(isGoalRate ? { goal: { relation: 'at most', value: tickMs / 2 + 10 } } : {}) }),
    toFigure({ workload: 'W6', label: label('p99'), unit: 'ms', values: p99, limit: limits.p99, compare: 'value', ...(isGoalRate ? { goal: { relation: 'at most', value: tickMs + 50 } } : {}) }),
    ...isIdle ? [toFigure({ workload: 'W6', label: label('p50'), unit: 'ms', values: p50, limit: { name: 'an insert', values: inserts }, compare: 'difference', goal: { relation: 'at most', value: 5 } })] : []
  ]
}

export const shownWorkload: Workload = {
  id: 'W6',
  title: 'from a vote to the message that includes it',
  async run (context) {
    const { stage, rounds, say, isQuick } = context
    const own = await plenum.start(stage)
    const limit = await relay.start(stage)
    const figures: Figure[] = []
    for (const rate of isQuick ? [10, 200] : [1, 100, 1000, 5000]) {
      const owns: ShownRound[] = []
      const limits: ShownRound[] = []
      const inserts: number[] = []
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}, ${rate}/s`)
        owns.push(await measure(context, plenum, own, rate))
        limits.push(await measure(context, relay, limit, rate))
        if (rate === 1) inserts.push(await measureInserts(await stage.createDatabase(), 300))
      }
      figures.push(...toFigures(rate, owns, limits, inserts))
    }
    for (const service of [own, limit]) await service.stop()
    return figures
  }
}
