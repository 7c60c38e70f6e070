// W1: durable votes a second. One poll of four options; everybody who votes also watches.
import { climb, type LadderResult } from '../measure/ladder.ts'
import { findErrors } from '../measure/correctness.ts'
import { gatherCrowd, isGeneratorSound, type StepResult } from '../crowd.ts'
import { toFigure, type Figure } from '../figures.ts'
import { measureInserts } from '../measure/inserts.ts'
import type { RunningSubject, Subject } from '../subject.ts'
import { plenum } from '../subjects/plenum.ts'
import { bareAck, naive, recount } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Round {
  ladder: LadderResult
  half: StepResult | null
}

interface Contender {
  subject: Subject
  running: RunningSubject
  rounds: Round[]
  remarks: string[]
}

const idleRate = 20

async function measureRound (context: WorkloadContext, { subject, running, rounds, remarks }: Contender, sockets: number): Promise<void> {
  const { stage, isQuick, say } = context
  const poll = await running.openPoll()
  await stage.checkpoint()
  const crowd = await gatherCrowd({ stage, subject: running, poll, voters: sockets })
  const stepMs = isQuick ? 700 : 3000
  const warmUpMs = isQuick ? 300 : 1000
  try {
    await crowd.startWatch()
    const known = rounds.at(-1)?.ladder.best?.ratePerSecond
    const ladder = await climb({
      crowd,
      firstRate: isQuick ? Math.min(500, subject.firstRate) : (known ?? subject.firstRate * 2) / 2,
      stepMs,
      warmUpMs,
      maxSteps: isQuick ? 1 : 12,
      onStep: (step, isGood) => say(`  ${subject.name}: ${step.ratePerSecond}/s ${isGood ? 'sustained' : 'too much'}, p50 ${step.p50Ms.toFixed(1)} ms, p99 ${step.p99Ms.toFixed(1)} ms, server ${step.serverCpuUs.toFixed(0)} us a vote, PostgreSQL ${step.postgresCpuUs.toFixed(1)} us; generator load ${step.load.toFixed(2)}, late p99 ${step.lateP99Ms.toFixed(1)} ms${step.acknowledged === step.sent ? '' : `; ${step.acknowledged} of ${step.sent} acknowledged ${step.problems[0] ?? ''}`}`)
    })
    const half = ladder.best === null ? null : await crowd.vote({ ratePerSecond: Math.max(1, Math.round(ladder.best.ratePerSecond / 2)), durationMs: stepMs + warmUpMs, warmUpMs })
    rounds.push({ ladder, half })
    const errors = await findErrors(poll, crowd, await crowd.stopWatch())
    if (errors.length > 0) {
      if (subject === plenum) context.fail(`W1: ${errors.join('; ')}`)
      remarks.push(`${subject.name} was wrong: ${errors[0]}`)
    }
  } finally {
    crowd.leave()
  }
}

async function measureIdleVotes (context: WorkloadContext, running: RunningSubject): Promise<StepResult> {
  const poll = await running.openPoll()
  const crowd = await gatherCrowd({ stage: context.stage, subject: running, poll, voters: 20 })
  try {
    const warmUpMs = 500
    return await crowd.vote({ ratePerSecond: idleRate, durationMs: (context.isQuick ? 500 : 5000) + warmUpMs, warmUpMs })
  } finally {
    crowd.leave()
  }
}

/** NaN where the generator was not good enough to tell. */
function latencyAt (step: StepResult | null, percentile: 'p50Ms' | 'p99Ms'): number {
  return step !== null && isGeneratorSound(step) ? step[percentile] : NaN
}

function toFigures (sockets: number, contenders: Contender[], peers: Subject[]): Figure[] {
  const common = { workload: 'W1' }
  const [own, bare] = contenders
  if (own === undefined || bare === undefined) return []
  const rates = ({ rounds }: Contender): number[] => rounds.map(({ ladder }) => ladder.best?.ratePerSecond ?? NaN)
  const best = ({ rounds }: Contender, name: 'serverCpuUs' | 'postgresCpuUs'): number[] => rounds.map(({ ladder }) => ladder.best?.[name] ?? NaN)
  const half = ({ rounds }: Contender, name: 'serverCpuUs' | 'postgresCpuUs'): number[] => rounds.map((round) => round.half?.[name] ?? NaN)
  const boundBy = [own, bare].filter(({ rounds }) => rounds.some(({ ladder }) => ladder.isGeneratorBound))
    .map(({ subject }) => `${subject.name}: the generator gave up first, so the true rate is higher`)
  const notes = [...own.remarks, ...boundBy]
  const figures = [
    toFigure({ ...common, label: `votes, ${sockets} sockets`, unit: '/s', values: rates(own), limit: { name: bare.subject.name, values: rates(bare) }, goal: { relation: 'at least', value: 0.75 }, notes }),
    toFigure({ ...common, label: `server CPU a vote, ${sockets} sockets`, unit: 'us', values: best(own, 'serverCpuUs'), limit: { name: bare.subject.name, values: best(bare, 'serverCpuUs') }, goal: { relation: 'at most', value: 1.4 } }),
    toFigure({ ...common, label: `server CPU a vote at half the rate, ${sockets} sockets`, unit: 'us', values: half(own, 'serverCpuUs'), limit: { name: bare.subject.name, values: half(bare, 'serverCpuUs') } }),
    toFigure({ ...common, label: `PostgreSQL CPU a vote, ${sockets} sockets`, unit: 'us', values: best(own, 'postgresCpuUs'), goal: { relation: 'at most', value: 12 } }),
    toFigure({ ...common, label: `PostgreSQL CPU a vote at half the rate, ${sockets} sockets`, unit: 'us', values: half(own, 'postgresCpuUs') }),
    toFigure({ ...common, label: `p99 of the ack at half the rate, ${sockets} sockets`, unit: 'ms', values: own.rounds.map((round) => latencyAt(round.half, 'p99Ms')), limit: { name: bare.subject.name, values: bare.rounds.map((round) => latencyAt(round.half, 'p99Ms')) }, compare: 'difference', goal: { relation: 'at most', value: 15 } })
  ]
  for (const rival of contenders.slice(2)) {
    const isNaive = rival.subject === naive
    const goal = { relation: 'at least', value: isNaive ? 150 : 100 } as const
    figures.push(toFigure({ ...common, label: `votes, ${sockets} sockets`, unit: '/s', values: rates(own), limit: { name: rival.subject.name, values: rates(rival) }, goal, notes: rival.remarks }))
  }
  void peers
  return figures
}

export const votesWorkload: Workload = {
  id: 'W1',
  title: 'durable votes a second, with acknowledgement',
  async run (context) {
    const { stage, rounds, say } = context
    const contenders: Contender[] = []
    for (const subject of [plenum, bareAck, naive, recount, ...context.peers]) {
      contenders.push({ subject, running: await subject.start(stage), rounds: [], remarks: [] })
    }
    const figures: Figure[] = []
    for (const sockets of context.sockets ?? (context.isQuick ? [50] : [500, 1000])) {
      for (const contender of contenders) {
        contender.rounds = []
        contender.remarks = []
      }
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}, ${sockets} sockets`)
        for (const contender of contenders) await measureRound(context, contender, sockets)
      }
      figures.push(...toFigures(sockets, contenders, context.peers))
    }
    const [own] = contenders
    if (own !== undefined) {
      const acks: number[] = []
      const inserts: number[] = []
      for (let round = 1; round <= rounds; round++) {
        acks.push(latencyAt(await measureIdleVotes(context, own.running), 'p50Ms'))
        inserts.push(await measureInserts(await stage.createDatabase(), context.isQuick ? 50 : 300))
      }
      figures.push(toFigure({
        workload: 'W1', label: 'ack of a single vote on an idle server, p50', unit: 'ms', values: acks, limit: { name: 'an insert', values: inserts }, compare: 'difference', goal: { relation: 'at most', value: 3 }
      }))
    }
    for (const { running } of contenders) await running.stop()
    return figures
  }
}
