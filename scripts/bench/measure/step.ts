// One run at a fixed rate, and what came out of it.
import { percentileOf, sortTogether } from './numbers.ts'

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

/** Generators that are not on time or busy all the time measure themselves. */
const maxLateMs = 10
const maxLoad = 0.8

export function isGeneratorBusy ({ load }: Pick<StepResult, 'load'>): boolean {
  return load > maxLoad
}

export function isGeneratorSound ({ lateP99Ms, load }: Pick<StepResult, 'lateP99Ms' | 'load'>): boolean {
  return lateP99Ms <= maxLateMs && !isGeneratorBusy({ load })
}

export function summarizeCpu (ratePerSecond: number, acknowledged: number, cpuMs: Record<string, number>) {
  const each = (name: string): number => acknowledged === 0 ? NaN : (cpuMs[name] ?? NaN) * 1000 / acknowledged
  return { ratePerSecond, acknowledged, serverCpuUs: each('server'), postgresCpuUs: each('postgres'), redisCpuUs: each('redis') }
}

export function readLatency (reports: Array<{ latencyMs: Float32Array, lateMs: Float32Array, load: number }>) {
  const latency = sortTogether(reports.map((report) => report.latencyMs))
  return {
    p50Ms: percentileOf(latency, 50),
    p99Ms: percentileOf(latency, 99),
    lateP99Ms: percentileOf(sortTogether(reports.map((report) => report.lateMs)), 99),
    load: Math.max(...reports.map((report) => report.load))
  }
}
