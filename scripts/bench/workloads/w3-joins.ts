// W3: a hall comes in. Sockets connect, join the poll and are told its state; later half of them come back at once.
import { setTimeout as delay } from 'node:timers/promises'
import { gatherCrowd, type Crowd } from '../crowd.ts'
import { toFigure, type Figure } from '../figures.ts'
import { readCounts } from '../measure/correctness.ts'
import { startCpuMeter } from '../measure/cpu.ts'
import type { StageDatabase } from '../stage.ts'
import type { OpenPoll, RunningSubject } from '../subject.ts'
import { startPlenum } from '../subjects/plenum.ts'
import { bareAck } from '../subjects/subjects.ts'
import type { Workload, WorkloadContext } from '../workload.ts'

interface Joins {
  perSecond: number
  cpuUs: number
  transactions: number
}

const returnLimitMs = 5000
/** PostgreSQL publishes its own counts at most once a second. */
const statisticsDelayMs = 1500

async function countTransactions (database: StageDatabase): Promise<number> {
  await delay(statisticsDelayMs)
  const [row] = await database.sql<Array<{ total: number }>>`SELECT (xact_commit + xact_rollback)::int AS total FROM pg_stat_database WHERE datname = current_database()`
  return row?.total ?? NaN
}

function timeOf (crowd: Crowd): number {
  const reports = crowd.connectReports
  const begin = Math.min(...reports.map((report) => report.startedAt))
  return Math.max(...reports.map((report) => report.startedAt + (report.readyAfterMs.at(-1) ?? 0))) - begin
}

/** True when every socket was told what is stored. */
async function wereAllTold (poll: OpenPoll, crowd: Crowd): Promise<boolean> {
  const stored = await poll.readStored?.()
  if (stored === undefined) return true
  const told = new Set(crowd.connectReports.flatMap((report) => report.joinCounts))
  return Array.from(told).every((text) => {
    const counts = readCounts(text)
    return counts !== null && Object.entries(stored.counts).every(([id, count]) => counts[id] === count)
  })
}

/** A few votes, so that there is something to be told. */
async function openVotedPoll ({ stage }: WorkloadContext, running: RunningSubject): Promise<OpenPoll> {
  const poll = await running.openPoll()
  const voters = await gatherCrowd({ stage, subject: running, poll, voters: 20 })
  await voters.vote({ ratePerSecond: 100, durationMs: 500, warmUpMs: 0 })
  voters.leave()
  return poll
}

async function measureJoins (context: WorkloadContext, running: RunningSubject, sockets: number, database: StageDatabase | null): Promise<Joins> {
  const { stage } = context
  const poll = await openVotedPoll(context, running)
  await stage.checkpoint()
  const before = database === null ? NaN : await countTransactions(database)
  const meter = startCpuMeter({ server: running.pids })
  const crowd = await gatherCrowd({ stage, subject: running, poll, voters: sockets, connectAtOnce: true })
  const cpuUs = (meter.read().server ?? NaN) * 1000 / sockets
  try {
    if (!await wereAllTold(poll, crowd)) context.fail('W3: somebody who joined was told wrong counts')
    const transactions = database === null ? NaN : await countTransactions(database) - before
    return { perSecond: sockets / timeOf(crowd) * 1000, cpuUs, transactions: transactions / sockets }
  } finally {
    crowd.leave()
  }
}

/** Milliseconds until all are back. */
async function measureReturn (context: WorkloadContext, running: RunningSubject, sockets: number): Promise<number> {
  const poll = await openVotedPoll(context, running)
  const crowd = await gatherCrowd({ stage: context.stage, subject: running, poll, voters: sockets, connectAtOnce: true })
  try {
    await crowd.comeBack()
    if (!await wereAllTold(poll, crowd)) context.fail('W3: somebody who came back was told wrong counts')
    return timeOf(crowd)
  } finally {
    crowd.leave()
  }
}

export const joinsWorkload: Workload = {
  id: 'W3',
  title: 'sockets connect, join and are told the state',
  async run (context) {
    const { stage, rounds, say, isQuick } = context
    const database = await stage.createDatabase()
    const own = await startPlenum(stage, { database })
    const bare = await bareAck.start(stage)
    const figures: Figure[] = []
    for (const sockets of isQuick ? [200] : [2000, 10_000]) {
      const owns: Joins[] = []
      const bares: Joins[] = []
      for (let round = 1; round <= rounds; round++) {
        owns.push(await measureJoins(context, own, sockets, database))
        bares.push(await measureJoins(context, bare, sockets, null))
        say(`round ${round} of ${rounds}, ${sockets} sockets: Plenum ${owns.at(-1)?.perSecond.toFixed(0) ?? ''}/s, ${owns.at(-1)?.cpuUs.toFixed(0) ?? ''} us each; bare ${bares.at(-1)?.perSecond.toFixed(0) ?? ''}/s, ${bares.at(-1)?.cpuUs.toFixed(0) ?? ''} us each`)
      }
      const people = `${sockets.toLocaleString('en-US')} sockets`
      figures.push(
        toFigure({ workload: 'W3', label: `joins, ${people}`, unit: '/s', values: owns.map((joins) => joins.perSecond), limit: { name: bareAck.name, values: bares.map((joins) => joins.perSecond) }, goal: { relation: 'at least', value: 0.8 } }),
        toFigure({ workload: 'W3', label: `server CPU a join, ${people}`, unit: 'us', values: owns.map((joins) => joins.cpuUs), limit: { name: bareAck.name, values: bares.map((joins) => joins.cpuUs) } }),
        toFigure({ workload: 'W3', label: `transactions a join, those of the background included, ${people}`, unit: '', values: owns.map((joins) => joins.transactions), goal: { relation: 'at most', value: 0.05 } })
      )
    }
    const returning = isQuick ? 200 : 5000
    const times: number[] = []
    for (let round = 1; round <= rounds; round++) times.push(await measureReturn(context, own, returning))
    figures.push(toFigure({
      workload: 'W3', label: `${returning.toLocaleString('en-US')} dropped sockets are all back`, unit: 'ms', values: times, goal: { relation: 'at most', value: returnLimitMs }
    }))
    for (const service of [own, bare]) await service.stop()
    return figures
  }
}
