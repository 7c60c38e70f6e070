import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { ReadHistogram, type Distribution } from './read-histogram.ts'

/** Names with a number each. */
type Counts = Iterable<readonly [string, number]>
interface SlowReaders { readonly deferred: number, readonly cut: number }

export interface MetricsSources {
  votes: { results: Counts, seconds: Distribution, batchSizes: Distribution, waiting: () => number }
  /** Of the sockets that there are now, by role. */
  readSockets: () => Counts
  /** Whatever has to be given back once nobody is interested in it. */
  readHeld: () => Counts
  disconnects: Counts
  broadcasts: { sendSeconds: Distribution, lagSeconds: Distribution }
  repairs: { readonly missed: number }
  /** Undefined for an instance that runs alone. */
  pubsub: { readonly errors: number } | undefined
  slowReaders: readonly SlowReaders[]
  /** Look-ups of polls and rooms: `misses` had to ask storage. */
  boardReads: { readonly hits: number, readonly misses: number }
  httpAnswers: { readonly notModified: number }
}

/**
 * What Prometheus is told. Whoever counts keeps plain numbers, which are read here when somebody asks, so that counting costs nothing
 * else. No label names a poll, a room or a person (R6).
 */
export function createMetrics (sources: MetricsSources) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  function counter (name: string, help: string, read: () => number): void {
    const metric: Counter = new Counter({ name, help, registers: [registry], collect: () => { metric.reset(); metric.inc(read()) } })
  }

  function gauge (name: string, help: string, read: () => number): void {
    const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => { metric.set(read()) } })
  }

  function labelled (Kind: typeof Counter | typeof Gauge, name: string, help: string, label: string, read: () => Counts): void {
    const metric: Counter | Gauge = new Kind({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect () {
        metric.reset()
        for (const [value, count] of read()) metric.inc({ [label]: value }, count)
      }
    })
  }

  labelled(Counter, 'plenum_votes_total', 'Votes that were answered, by the status of the receipt or the code of the refusal', 'result', () => sources.votes.results)
  registry.registerMetric(new ReadHistogram('plenum_vote_ack_duration_seconds', 'From the arrival of a vote to its acknowledgement or refusal', sources.votes.seconds))
  registry.registerMetric(new ReadHistogram('plenum_vote_batch_size', 'Votes that were committed together', sources.votes.batchSizes))
  gauge('plenum_votes_waiting', 'Votes that wait for their commit', sources.votes.waiting)
  labelled(Gauge, 'plenum_sockets', 'Connections that are live now', 'role', sources.readSockets)
  labelled(Counter, 'plenum_socket_disconnects_total', 'Socket.IO connections that ended, by its reason', 'reason', () => sources.disconnects)
  registry.registerMetric(new ReadHistogram('plenum_broadcast_duration_seconds', 'Time that it took to send new results to everyone on this instance', sources.broadcasts.sendSeconds))
  registry.registerMetric(new ReadHistogram('plenum_results_lag_seconds', 'From the moment in which this instance learnt of new results until they were sent', sources.broadcasts.lagSeconds))
  counter('plenum_repairs_total', 'Polls of which no message of another instance told in time, found by comparing with the database', () => sources.repairs.missed)
  const { pubsub } = sources
  if (pubsub !== undefined) counter('plenum_pubsub_errors_total', 'Failed connections to Redis, and messages that could not be sent', () => pubsub.errors)
  const sum = (name: keyof SlowReaders) => sources.slowReaders.reduce((total, figures) => total + figures[name], 0)
  labelled(Counter, 'plenum_slow_readers_total', 'Connections that fell behind, and those that were cut since they did not catch up in time', 'action', () => [['deferred', sum('deferred')], ['cut', sum('cut')]])
  labelled(Counter, 'plenum_board_reads_total', 'Look-ups of polls and rooms for joins and reads; a miss had to ask the database', 'result', () => [['hit', sources.boardReads.hits], ['miss', sources.boardReads.misses]])
  counter('plenum_http_not_modified_total', 'Reads of polls and results that were answered 304, since the caller had the newest', () => sources.httpAnswers.notModified)

  labelled(Gauge, 'plenum_held', 'What this instance holds in memory now', 'what', sources.readHeld)

  return {
    contentType: registry.contentType,
    write: async (): Promise<string> => await registry.metrics()
  }
}
