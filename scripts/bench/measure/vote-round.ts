// One round of one subject at one poll: the highest rate, half of it, and whether everything was right.
import { gatherCrowd } from '../crowd.ts'
import type { StepResult } from './step.ts'
import type { RunningSubject, Subject } from '../subject.ts'
import type { WorkloadContext } from '../workload.ts'
import { findErrors } from './correctness.ts'
import { climb, type LadderResult } from './ladder.ts'

export interface VoteRound {
  ladder: LadderResult
  half: StepResult | null
  errors: string[]
}

export interface VoteRoundRequest {
  subject: Subject
  running: RunningSubject
  sockets: number
  /** The result of an earlier round, near which the search begins. */
  knownRate: number | undefined
  maxSteps?: number
}

export async function measureVoteRound (context: WorkloadContext, { subject, running, sockets, knownRate, maxSteps = 12 }: VoteRoundRequest): Promise<VoteRound> {
  const { stage, isQuick, say } = context
  const poll = await running.openPoll()
  await stage.checkpoint()
  const crowd = await gatherCrowd({ stage, subject: running, poll, voters: sockets })
  const stepMs = isQuick ? 700 : 3000
  const warmUpMs = isQuick ? 300 : 1000
  try {
    await crowd.startWatch()
    const ladder = await climb({
      crowd,
      firstRate: isQuick ? Math.min(500, subject.firstRate) : (knownRate ?? subject.firstRate * 2) / 2,
      stepMs,
      warmUpMs,
      maxSteps: isQuick ? 1 : maxSteps,
      onStep: (step, isGood) => say(`  ${subject.name}: ${describeStep(step, isGood)}`)
    })
    const half = ladder.best === null
      ? null
      : await crowd.vote({ ratePerSecond: Math.max(1, Math.round(ladder.best.ratePerSecond / 2)), durationMs: stepMs + warmUpMs, warmUpMs })
    return { ladder, half, errors: await findErrors(poll, crowd, await crowd.readWatch()) }
  } finally {
    crowd.leave()
  }
}

function describeStep (step: StepResult, isGood: boolean): string {
  const latency = `p50 ${step.p50Ms.toFixed(1)} ms, p99 ${step.p99Ms.toFixed(1)} ms`
  const cpu = `CPU a vote: server ${step.serverCpuUs.toFixed(0)} us, PostgreSQL ${step.postgresCpuUs.toFixed(1)} us`
  const generator = `load ${step.load.toFixed(2)}, late p99 ${step.lateP99Ms.toFixed(1)} ms`
  const unanswered = step.acknowledged === step.sent ? '' : `; ${step.acknowledged} of ${step.sent} acknowledged ${step.problems[0] ?? ''}`
  return `${step.ratePerSecond}/s ${isGood ? 'sustained' : 'too much'}; ${latency}; ${cpu}; ${generator}${unanswered}`
}
