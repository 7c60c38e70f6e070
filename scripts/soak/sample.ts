import type { Sql } from 'postgres'
import type { Program } from '../bench/program.ts'
import { readMemory } from '../../test/helpers/process-memory.ts'

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

/** What nobody holds when everybody has left. */
export const heldForPeople: readonly string[] = ['host', 'presenter', 'audience', 'feed', 'graphql', 'socket_groups', 'subscriptions', 'polls', 'rooms']

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
  const held = { ...readGauges(metrics, 'plenum_held', 'what'), ...readGauges(metrics, 'plenum_sockets', 'role') }
  // Under another name it would pass for none.
  const missing = heldForPeople.filter((what) => !Object.hasOwn(held, what))
  if (missing.length > 0) throw new Error(`the metrics do not say how many there are of ${missing.join(', ')}`)
  const [connections] = await sql<{ count: number }[]>`SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'plenum'`
  return {
    at,
    phase,
    heapMb,
    rssMb: readMemory(program.pid),
    loopBlockMs,
    counts: { ...held, ...readGauges(metrics, 'nodejs_active_resources', 'type'), 'database connections': connections?.count ?? NaN }
  }
}

function readGauges (metrics: string, name: string, label: string): Record<string, number> {
  const lines = metrics.matchAll(new RegExp(`^${name}\\{${label}="([^"]+)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries(Array.from(lines, ([, value = '', count]) => [value, Number(count)]))
}
