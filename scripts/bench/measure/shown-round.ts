// One round of one service: votes at a rate, and how long it takes until watchers are shown them.
import { readClock } from '../clock.ts'
import { gatherCrowd } from '../crowd.ts'
import { isGeneratorSound, type StepResult } from './step.ts'
import type { OpenPoll, RunningSubject } from '../subject.ts'
import type { Stage } from '../stage.ts'
import { findErrors } from './correctness.ts'
import { measureShown } from './shown.ts'

export interface ShownRoundRequest {
  running: RunningSubject
  /** Where the watchers are: another instance, which knows the same polls. */
  watched?: RunningSubject
  voters: number
  watchers: number
  ratePerSecond: number
  durationMs: number
  warmUpMs: number
}

export interface ShownRound {
  poll: OpenPoll
  step: StepResult
  /** NaN where votes were not answered, and where the generator was not good enough to tell. */
  p50Ms: number
  p99Ms: number
  errors: string[]
}

export async function measureShownRound (stage: Stage, { running, watched = running, voters, watchers, ratePerSecond, durationMs, warmUpMs }: ShownRoundRequest): Promise<ShownRound> {
  const poll = await running.openPoll()
  await stage.checkpoint()
  const crowd = await gatherCrowd({ stage, subject: running, poll, voters, watchers, watched })
  try {
    await crowd.startWatch()
    const startedAt = readClock()
    const step = await crowd.vote({ ratePerSecond, durationMs: durationMs + warmUpMs, warmUpMs, keepVersions: true })
    const reports = await crowd.readWatch()
    const shown = measureShown(step, reports.filter(({ group }) => group === 'watchers'), startedAt + warmUpMs)
    const errors = await findErrors(poll, crowd, reports)
    if (shown.missing > 0) errors.push(`${shown.missing} times a watcher was never shown a vote`)
    const isSound = isGeneratorSound(step) && errors.length === 0 && step.acknowledged === step.sent
    return { poll, step, p50Ms: isSound ? shown.p50Ms : NaN, p99Ms: isSound ? shown.p99Ms : NaN, errors }
  } finally {
    crowd.leave()
  }
}
