import { readFileSync } from 'node:fs'
import type { Sql } from 'postgres'
import type { Program } from '../bench/program.ts'

/** What the server holds at a moment. */
export interface Sample {
  /** Seconds since the soak began. */
  at: number
  phase: string
  /** V8's heap and buffers, after a collection of garbage. */
  heapMb: number
  /** The whole process, as the system sees it. */
  rssMb: number
  /** The longest time that the event loop stood still since the last sample. */
  loopBlockMs: number
  /** By name: what is held, handles of each kind, timers, connections to the database. */
  counts: Record<string, number>
}

const megabyte = 2 ** 20

export interface Sampler {
  program: Program
  metricsUrl: string
  sql: Sql
}

export async function takeSample ({ program, metricsUrl, sql }: Sampler, at: number, phase: string): Promise<Sample> {
  const loopBlockMs = await program.readLoopBlockMs()
  const metrics = await (await fetch(metricsUrl)).text()
  const heapMb = await program.readMemoryBytes() / megabyte
  // The collection stops the loop, too; that is ours.
  await program.readLoopBlockMs()
  const [connections] = await sql<{ count: number }[]>`SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'plenum'`
  return {
    at,
    phase,
    heapMb,
    rssMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${program.pid}/status`, 'latin1'))?.[1] ?? NaN) * 1024 / megabyte,
    loopBlockMs,
    counts: { ...readGauges(metrics, 'plenum_held', 'what'), ...readGauges(metrics, 'plenum_sockets', 'role'), ...readGauges(metrics, 'nodejs_active_resources', 'type'), 'database connections': connections?.count ?? NaN }
  }
}

function readGauges (metrics: string, name: string, label: string): Record<string, number> {
  const lines = metrics.matchAll(new RegExp(`^${name}\\{${label}="([^"]+)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries(Array.from(lines, ([, value = '', count]) => [value, Number(count)]))
}
