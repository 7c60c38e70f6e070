// The people of a measurement: voters and watchers in load processes, in front of one poll of one subject.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from './clock.ts'
import type { HttpDialect, SocketDialect } from './dialect.ts'
import type { ConnectReport, WatchReport } from './generator/audience.ts'
import { startLoadProcess, type LoadProcess } from './load.ts'
import { startCpuMeter } from './measure/cpu.ts'
import { readLatency, summarizeCpu, type StepRequest, type StepResult } from './measure/step.ts'
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

export interface CastVotes {
  acknowledged: number
  refused: number
  /** Whether these are stored is not known. */
  unanswered: number
}

export type GroupReport = WatchReport & { group: 'voters' | 'watchers' }

export interface Crowd {
  vote (request: StepRequest): Promise<StepResult>
  startWatch (): Promise<void>
  /** Waits until nothing more comes in, then asks what was seen. */
  readWatch (): Promise<GroupReport[]>
  /** What became of all votes so far. */
  readonly cast: Readonly<CastVotes>
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
  const cast: CastVotes = { acknowledged: 0, refused: 0, unanswered: 0 }

  async function connect (isTogether: boolean): Promise<void> {
    let firstIndex = 0
    const connects = everybody.map(({ load, count, at }) => {
      const request = { address: at.address, localAddress: load.localAddress, dialect, firstIndex, count, concurrency: connectConcurrency, timeoutMs: connectTimeoutMs }
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
    cast,
    leave,
    async comeBack () {
      await Promise.all(everybody.map(async ({ load }) => await load.call('drop', { count: null })))
      await connect(true)
    },
    async vote ({ ratePerSecond, durationMs, warmUpMs, keepVersions = false }) {
      const loadMeters = watching.map(({ load }) => startCpuMeter({ load: [load.pid] }))
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
      const elapsedMs = readClock() - startAt
      const watchersLoads = loadMeters.map((loadMeter) => (loadMeter.read().load ?? 0) / elapsedMs)
      const latency = readLatency(reports)
      const sum = (name: 'sent' | 'acknowledged' | 'refused'): number => reports.reduce((total, report) => total + report[name], 0)
      const [sent, acknowledged, refused] = [sum('sent'), sum('acknowledged'), sum('refused')]
      addVotes(cast, sent, acknowledged, refused)
      return {
        ...summarizeCpu(ratePerSecond, acknowledged, cpuMs),
        ...latency,
        load: Math.max(latency.load, ...watchersLoads),
        sent,
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

function addVotes (cast: CastVotes, sent: number, acknowledged: number, refused: number): void {
  cast.acknowledged += acknowledged
  cast.refused += refused
  cast.unanswered += sent - acknowledged - refused
}

function startProcesses (sockets: number): Array<{ load: LoadProcess, count: number }> {
  const processes: Array<{ load: LoadProcess, count: number }> = []
  for (let rest = sockets; rest > 0; rest -= maxPerProcess) processes.push({ load: startLoadProcess(), count: Math.min(rest, maxPerProcess) })
  return processes
}

function gatherCallers ({ stage, subject, voters }: CrowdOptions, dialect: HttpDialect): Crowd {
  const load = startLoadProcess()
  const cast: CastVotes = { acknowledged: 0, refused: 0, unanswered: 0 }
  return {
    connectReports: [],
    comeBack: async () => {},
    cast,
    async vote ({ ratePerSecond, durationMs, warmUpMs }) {
      const meter = startCpuMeter({ server: subject.pids, ...stage.servicePids() })
      const report = await load.call('http', {
        address: subject.address, dialect, connections: Math.min(voters, maxConnections), ratePerSecond, durationMs, warmUpMs, drainMs
      })
      const cpuMs = meter.read()
      addVotes(cast, report.sent, report.ok, report.failed)
      return {
        ...summarizeCpu(ratePerSecond, report.ok, cpuMs),
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
