// From the moment when a vote was due to the moment when a watcher was shown it.
import type { GroupReport } from '../crowd.ts'
import type { StepResult } from './step.ts'
import { percentileOf, sortTogether } from './numbers.ts'

export interface ShownLatency {
  p50Ms: number
  p99Ms: number
  /** Votes that a sampled watcher was never shown. */
  missing: number
}

/** Each vote against each sampled watcher: the first message whose version is not older than the vote's. */
export function measureShown ({ dueAt, versions }: StepResult, reports: GroupReport[], warmUpUntil: number): ShownLatency {
  const latencies: number[][] = []
  let missing = 0
  for (const { sampled } of reports) {
    for (const shown of sampled) {
      for (const [process, ofProcess] of versions.entries()) {
        const due = dueAt[process] ?? new Float64Array(0)
        const order = Array.from(ofProcess.keys()).filter((n) => (due[n] ?? 0) >= warmUpUntil && (ofProcess[n] ?? 0) > 0)
        order.sort((a, b) => (ofProcess[a] ?? 0) - (ofProcess[b] ?? 0))
        const found: number[] = []
        let at = 0
        for (const n of order) {
          while (at < shown.versions.length && (shown.versions[at] ?? 0) < (ofProcess[n] ?? 0)) at++
          const time = shown.times[at]
          if (time === undefined) missing++
          else found.push(time - (due[n] ?? 0))
        }
        latencies.push(found)
      }
    }
  }
  const sorted = sortTogether(latencies)
  return { p50Ms: percentileOf(sorted, 50), p99Ms: percentileOf(sorted, 99), missing }
}
