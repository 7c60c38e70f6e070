import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

export interface MetricsSources {
  /** Look-ups of polls and rooms: `misses` had to ask storage. */
  boardReads: { readonly hits: number, readonly misses: number }
  httpAnswers: { readonly notModified: number }
  /** How much of what this instance holds in memory now. */
  countHeld: () => Record<string, number>
}

/**
 * What Prometheus is told. Whoever counts keeps plain numbers, which are read here when somebody asks, so that counting costs nothing
 * else. No label names a poll, a room or a person (R6).
 */
export function createMetrics ({ boardReads, httpAnswers, countHeld }: MetricsSources) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  const reads = new Counter({
    name: 'plenum_board_reads_total',
    help: 'Look-ups of polls and rooms for joins and reads; a miss had to ask the database',
    labelNames: ['result'],
    registers: [registry],
    collect () {
      reads.reset()
      reads.inc({ result: 'hit' }, boardReads.hits)
      reads.inc({ result: 'miss' }, boardReads.misses)
    }
  })
  const notModified = new Counter({
    name: 'plenum_http_not_modified_total',
    help: 'Reads of polls and results that were answered 304, since the caller had the newest',
    registers: [registry],
    collect () {
      notModified.reset()
      notModified.inc(httpAnswers.notModified)
    }
  })

  const held = new Gauge({
    name: 'plenum_held',
    help: 'What this instance holds in memory: connections of each kind, groups of sockets, polls and rooms',
    labelNames: ['what'],
    registers: [registry],
    collect () {
      for (const [what, count] of Object.entries(countHeld())) held.set({ what }, count)
    }
  })

  return {
    contentType: registry.contentType,
    write: async (): Promise<string> => await registry.metrics()
  }
}
