// W1: durable votes a second. One poll of four options; everybody who votes also watches. A voter who has voted changes
// the vote, which is a ballot of its own, so a few hundred sockets make any number of votes.
import { gatherCrowd } from '../crowd.ts'
import { isGeneratorSound, type StepResult } from '../measure/step.ts'
import { toFigure, type Figure, type FigureInput } from '../figures.ts'
import { measureInserts } from '../measure/inserts.ts'
import { measureVoteRound, type VoteRound } from '../measure/vote-round.ts'
import type { RunningSubject, Subject } from '../subject.ts'
import { django } from '../subjects/django.ts'
import { plenum } from '../subjects/plenum.ts'
import { bareAck, naive, recount } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Contender {
  subject: Subject
  running: RunningSubject
  rounds: VoteRound[]
}

const idleRate = 20
const idleVoters = 20

/** A subject that cannot be had here is left out, with its reason as a note. */
async function startContenders (context: WorkloadContext): Promise<{ contenders: Contender[], absent: string[] }> {
  const contenders: Contender[] = []
  const absent: string[] = []
  for (const subject of [plenum, bareAck, naive, recount, ...context.isQuick ? [] : [django], ...context.peers]) {
    try {
      contenders.push({ subject, running: await subject.start(context.stage), rounds: [] })
    } catch (error) {
      if (subject === plenum || subject === bareAck) throw error
      absent.push(`${subject.name} is missing: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const reason of absent) context.say(reason)
  return { contenders, absent }
}

async function measureIdleVotes ({ stage, isQuick }: WorkloadContext, running: RunningSubject): Promise<StepResult> {
  const poll = await running.openPoll()
  const crowd = await gatherCrowd({ stage, subject: running, poll, voters: idleVoters })
  try {
    const warmUpMs = 500
    return await crowd.vote({ ratePerSecond: idleRate, durationMs: (isQuick ? 500 : 5000) + warmUpMs, warmUpMs })
  } finally {
    crowd.leave()
  }
}

/** NaN where the generator was not good enough to tell. */
function latencyOf (step: StepResult | null, percentile: 'p50Ms' | 'p99Ms'): number {
  return step !== null && isGeneratorSound(step) ? step[percentile] : NaN
}

function notesOf ({ subject, rounds }: Contender): string[] {
  const wrong = rounds.flatMap(({ errors }) => errors).slice(0, 1).map((error) => `${subject.name} was wrong: ${error}`)
  const isBound = rounds.some(({ ladder }) => ladder.isGeneratorBound)
  const refusals = rounds.flatMap(({ ladder }) => ladder.refusals).slice(0, 1).map((text) => `${subject.name} refused votes beyond its rate: ${text}`)
  return [...wrong, ...refusals, ...isBound ? [`${subject.name}: the generator gave up first, so the true rate is higher`] : []]
}

/** A round counts only where everything was right. */
function valuesOf ({ rounds }: Contender, read: (round: VoteRound) => number | undefined): number[] {
  return rounds.map((round) => round.errors.length === 0 ? read(round) ?? NaN : NaN)
}

function toFigures (sockets: number, [own, bare, ...rivals]: Contender[], absent: string[]): Figure[] {
  if (own === undefined || bare === undefined) return []
  const compare = (label: string, unit: string, read: (round: VoteRound) => number | undefined, more: Partial<FigureInput>): Figure => toFigure({
    workload: 'W1',
    label: `${label}, ${sockets} sockets`,
    unit,
    values: valuesOf(own, read),
    ...(unit === 'us' && label.startsWith('PostgreSQL') ? {} : { limit: { name: bare.subject.name, values: valuesOf(bare, read) } }),
    ...more
  })
  const rateOf = (round: VoteRound): number | undefined => round.ladder.best?.ratePerSecond
  const figures = [
    compare('votes', '/s', rateOf, { goal: { relation: 'at least', value: 0.75 }, notes: [own, bare].flatMap(notesOf) }),
    compare('server CPU a vote', 'us', ({ ladder }) => ladder.best?.serverCpuUs, { goal: { relation: 'at most', value: 1.4 } }),
    compare('server CPU a vote at half the rate', 'us', ({ half }) => half?.serverCpuUs, {}),
    compare('PostgreSQL CPU a vote', 'us', ({ ladder }) => ladder.best?.postgresCpuUs, { goal: { relation: 'at most', value: 12 } }),
    compare('PostgreSQL CPU a vote at half the rate', 'us', ({ half }) => half?.postgresCpuUs, {}),
    compare('p99 of the ack at half the rate', 'ms', ({ half }) => latencyOf(half, 'p99Ms'), { compare: 'difference', goal: { relation: 'at most', value: 15 } })
  ]
  for (const rival of rivals) {
    figures.push(toFigure({
      workload: 'W1',
      label: `votes, ${sockets} sockets`,
      unit: '/s',
      values: valuesOf(own, rateOf),
      // What rivals get wrong is a note; their speed counts all the same.
      limit: { name: rival.subject.name, values: rival.rounds.map((round) => rateOf(round) ?? NaN) },
      goal: { relation: 'at least', value: rival.subject === naive ? 150 : 100 },
      notes: notesOf(rival)
    }))
  }
  figures[0]?.notes.push(...absent)
  return figures
}

async function measureIdle (context: WorkloadContext, { running }: Contender): Promise<Figure> {
  const acks: number[] = []
  const inserts: number[] = []
  for (let round = 1; round <= context.rounds; round++) {
    acks.push(latencyOf(await measureIdleVotes(context, running), 'p50Ms'))
    inserts.push(await measureInserts(await context.stage.createDatabase(), context.isQuick ? 50 : 300))
  }
  return toFigure({
    workload: 'W1',
    label: 'ack of a single vote on an idle server, p50',
    unit: 'ms',
    values: acks,
    limit: { name: 'an insert', values: inserts },
    compare: 'difference',
    goal: { relation: 'at most', value: 3 }
  })
}

export const votesWorkload: Workload = {
  id: 'W1',
  title: 'durable votes a second, with acknowledgement',
  async run (context) {
    const { rounds, say } = context
    const { contenders, absent } = await startContenders(context)
    const figures: Figure[] = []
    for (const sockets of context.sockets ?? (context.isQuick ? [50] : [500, 1000])) {
      for (const contender of contenders) contender.rounds = []
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}, ${sockets} sockets`)
        for (const { subject, running, rounds: done } of contenders) {
          const knownRate = done.at(-1)?.ladder.best?.ratePerSecond
          const result = await measureVoteRound(context, { subject, running, sockets, knownRate })
          done.push(result)
          if (subject === plenum && result.errors.length > 0) context.fail(`W1: ${result.errors.join('; ')}`)
        }
      }
      figures.push(...toFigures(sockets, contenders, absent))
    }
    const [own] = contenders
    if (own !== undefined) figures.push(await measureIdle(context, own))
    for (const { running } of contenders) await running.stop()
    return figures
  }
}
