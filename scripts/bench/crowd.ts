// The people of a measurement: voters and watchers in load processes, in front of one poll of one subject.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from './clock.ts'
import type { HttpDialect, SocketDialect } from './dialect.ts'
import type { ConnectReport, WatchReport } from './generator/audience.ts'
import { startLoadProcess, type LoadProcess } from './load.ts'
import { startCpuMeter } from './measure/cpu.ts'
import { percentileOf, sortTogether } from './measure/numbers.ts'
import type { Stage } from './stage.ts'
import type { OpenPoll, RunningSubject } from './subject.ts'

export interface CrowdOptions {
  stage: Stage
  subject: RunningSubject
  poll: OpenPoll
  /** Sockets that vote and watch. Over HTTP there are as many connections, up to a bound, and nobody watches. */
  voters: number
  /** Further sockets that only watch. */
  watchers?: number
  /** Where the watchers are, when that is another instance. */
  watched?: RunningSubject
  /** All load processes connect at the same time. */
  connectAtOnce?: boolean
}

export interface StepRequest {
  ratePerSecond: number
  durationMs: number
  warmUpMs: number
  keepVersions?: boolean
}

export interface StepResult {
  ratePerSecond: number
  sent: number
  acknowledged: number
  problems: string[]
  p50Ms: number
  p99Ms: number
  /** How late the generator was, and how busy its busiest process. */
  lateP99Ms: number
  load: number
  /** CPU time for each acknowledged vote. */
  serverCpuUs: number
  postgresCpuUs: number
  redisCpuUs: number
  /** Due time and version of each vote, where they were asked for. */
  dueAt: Float64Array[]
  versions: Float64Array[]
}

export type GroupReport = WatchReport & { group: 'voters' | 'watchers' }

export interface Crowd {
  vote (request: StepRequest): Promise<StepResult>
  startWatch (): Promise<void>
  /** Waits until nothing more comes in, then asks what was seen. */
  readWatch (): Promise<GroupReport[]>
  /** All votes that were acknowledged so far. */
  acknowledged (): number
  /** Of each load process: its newest connecting. */
  readonly connectReports: readonly ConnectReport[]
  /** All sockets are lost at once and connect again. */
  comeBack (): Promise<void>
  leave (): void
}

const maxPerProcess = 2500
const maxConnections = 64
const connectConcurrency = 100
const connectTimeoutMs = 60_000
const drainMs = 8000
/** Lets the load processes begin together. */
const leadMs = 30
const quietMs = 400
const settleTimeoutMs = 5000

/** Generators that are not on time or busy all the time measure themselves. */
export const maxLateMs = 10
export const maxLoad = 0.8

export function isGeneratorSound ({ lateP99Ms, load }: Pick<StepResult, 'lateP99Ms' | 'load'>): boolean {
  return lateP99Ms <= maxLateMs && load <= maxLoad
}

export async function gatherCrowd (options: CrowdOptions): Promise<Crowd> {
  const { dialect } = options.poll
  return dialect.transport === 'http' ? gatherCallers(options, dialect) : await gatherSockets(options, dialect)
}

async function gatherSockets (options: CrowdOptions, dialect: SocketDialect): Promise<Crowd> {
  const { stage, subject, voters, watchers = 0, watched = subject, connectAtOnce = false } = options
  const voting = startProcesses(voters)
  const watching = startProcesses(watchers)
  const everybody = [...voting.map((load) => ({ ...load, at: subject })), ...watching.map((load) => ({ ...load, at: watched }))]
  let connectReports: ConnectReport[] = []
  let total = 0

  async function connect (isTogether: boolean): Promise<void> {
    let firstIndex = 0
    const connects = everybody.map(({ load, count, at }) => {
      const request = { address: at.address, dialect, firstIndex, count, concurrency: connectConcurrency, timeoutMs: connectTimeoutMs }
      firstIndex += count
      return async () => await load.call('connect', request)
    })
    const begun: Array<Promise<ConnectReport>> = []
    for (const begin of connects) {
      const report = begin()
      begun.push(report)
      if (!isTogether) await report
    }
    connectReports = await Promise.all(begun)
  }

  const leave = (): void => {
    for (const { load } of everybody) load.stop()
  }
  try {
    await connect(connectAtOnce)
  } catch (error) {
    leave()
    throw error
  }
  const pids = Array.from(new Set([...subject.pids, ...watched.pids]))

  return {
    get connectReports () { return connectReports },
    acknowledged: () => total,
    leave,
    async comeBack () {
      await Promise.all(everybody.map(async ({ load }) => await load.call('drop', { count: null })))
      await connect(true)
    },
    async vote ({ ratePerSecond, durationMs, warmUpMs, keepVersions = false }) {
      const meter = startCpuMeter({ server: pids, ...stage.servicePids() })
      const startAt = readClock() + leadMs
      const reports = await Promise.all(voting.map(({ load }, n) => load.call('voteAtRate', {
        ratePerSecond: ratePerSecond / voting.length,
        // Not all processes at the same moment.
        startAt: startAt + n * 1000 / ratePerSecond,
        durationMs,
        warmUpMs,
        drainMs,
        keepVersions
      })))
      const cpuMs = meter.read()
      const acknowledged = reports.reduce((sum, report) => sum + report.acknowledged, 0)
      total += acknowledged
      return {
        ...summarize(ratePerSecond, acknowledged, cpuMs),
        ...readLatency(reports),
        sent: reports.reduce((sum, report) => sum + report.sent, 0),
        problems: reports.flatMap(({ refusals, losses }) => [...refusals, ...losses]),
        dueAt: reports.map((report) => report.dueAt),
        versions: reports.map((report) => report.versions)
      }
    },
    async startWatch () {
      await Promise.all(everybody.map(({ load }) => load.call('startWatch', null)))
    },
    async readWatch () {
      const deadline = readClock() + settleTimeoutMs
      for (;;) {
        const reports = await Promise.all(everybody.map(async ({ load }, n): Promise<GroupReport> => ({
          ...await load.call('readWatch', null), group: n < voting.length ? 'voters' : 'watchers'
        })))
        const lastFrameAt = Math.max(...reports.map((report) => report.lastFrameAt))
        if (readClock() - lastFrameAt > quietMs || readClock() > deadline) return reports
        await delay(quietMs / 4)
      }
    }
  }
}

function startProcesses (sockets: number): Array<{ load: LoadProcess, count: number }> {
  const processes: Array<{ load: LoadProcess, count: number }> = []
  for (let rest = sockets; rest > 0; rest -= maxPerProcess) processes.push({ load: startLoadProcess(), count: Math.min(rest, maxPerProcess) })
  return processes
}

function gatherCallers ({ stage, subject, voters }: CrowdOptions, dialect: HttpDialect): Crowd {
  const load = startLoadProcess()
  let total = 0
  return {
    connectReports: [],
    comeBack: async () => {},
    acknowledged: () => total,
    async vote ({ ratePerSecond, durationMs, warmUpMs }) {
      const meter = startCpuMeter({ server: subject.pids, ...stage.servicePids() })
      const report = await load.call('http', {
        address: subject.address, dialect, connections: Math.min(voters, maxConnections), ratePerSecond, startAt: readClock() + leadMs, durationMs, warmUpMs, drainMs
      })
      const cpuMs = meter.read()
      total += report.ok
      return {
        ...summarize(ratePerSecond, report.ok, cpuMs),
        ...readLatency([report]),
        sent: report.sent,
        problems: report.failures,
        dueAt: [],
        versions: []
      }
    },
    startWatch: async () => {},
    readWatch: async () => [],
    leave () { load.stop() }
  }
}

function summarize (ratePerSecond: number, acknowledged: number, cpuMs: Record<string, number>) {
  const each = (name: string): number => (cpuMs[name] ?? NaN) * 1000 / acknowledged
  return { ratePerSecond, acknowledged, serverCpuUs: each('server'), postgresCpuUs: each('postgres'), redisCpuUs: each('redis') }
}

function readLatency (reports: Array<{ latencyMs: Float32Array, lateMs: Float32Array, load: number }>) {
  const latency = sortTogether(reports.map((report) => report.latencyMs))
  return {
    p50Ms: percentileOf(latency, 50),
    p99Ms: percentileOf(latency, 99),
    lateP99Ms: percentileOf(sortTogether(reports.map((report) => report.lateMs)), 99),
    load: Math.max(...reports.map((report) => report.load))
  }
}
