import type { Db } from '../../db/client.ts'
import { enqueueResults, listForgottenResults } from '../../db/webhook-results.ts'
import { withDeadline } from '../polls/deadline.ts'
import type { BoardChange, ResultsBoard } from '../polls/results-board.ts'
import { describeResults } from './poll-events.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface ResultsRecorderOptions {
  db: Db
  board: ResultsBoard
  subscriptions: Subscriptions
  /** Tells the worker when something that was queued is due. */
  wakeWorker: (inMs: number) => void
  onError: (error: unknown, sentence: string) => void
}

const intervalMs = 1000
const firstSweepMs = 5000
const sweepIntervalMs = 60_000
const stopLimitMs = 2000

/**
 * Queues `poll.results` for what was committed on this instance: at once after a pause, then once a second with the newest results of
 * each poll. It comes after the commit, so that no vote waits for it; what an instance leaves behind when it dies is found by the
 * sweep of another one, or by its own after the next start. Opening and closing are queued with their commands, in one transaction.
 */
export function startResultsRecorder ({ db, board, subscriptions, wakeWorker, onError }: ResultsRecorderOptions) {
  const touched = new Set<string>()
  let isStopped = false
  let isResting = false
  let restTimer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function record (): Promise<void> {
    const pollIds = Array.from(touched)
    touched.clear()
    for (const pollId of pollIds) {
      try {
        const inMs = await enqueueResults(db, pollId, describeResults)
        if (inMs !== undefined) wakeWorker(inMs)
      } catch (error) {
        touched.add(pollId)
        onError(error, 'results could not be queued for webhooks; they are tried again')
      }
    }
  }

  function recordSoon (): void {
    if (isResting || isStopped || touched.size === 0) return
    isResting = true
    running = record().finally(() => {
      restTimer = setTimeout(() => {
        isResting = false
        recordSoon()
      }, intervalMs)
    })
  }

  async function sweep (): Promise<void> {
    try {
      if (subscriptions.hasAny()) for (const pollId of await listForgottenResults(db)) touched.add(pollId)
    } catch (error) {
      onError(error, 'results that were not queued for webhooks could not be looked for')
    }
    recordSoon()
    if (!isStopped) sweepTimer = setTimeout(() => { void sweep() }, sweepIntervalMs)
  }

  function changed ({ snapshot: { poll }, pollChanged, resultsChanged, source }: BoardChange): void {
    // The repair sees a commit of this instance first at times; to queue results twice makes no second delivery.
    if (source !== 'commit' && source !== 'repair') return
    if (pollChanged && subscriptions.hasAny()) wakeWorker(0)
    if (!resultsChanged || poll.status === 'draft' || !subscriptions.wantsResults(poll.roomId)) return
    touched.add(poll.id)
    recordSoon()
  }

  board.subscribe({ changed, removed: ({ poll }) => { touched.delete(poll.id) } })
  let sweepTimer = setTimeout(() => { void sweep() }, firstSweepMs)

  return {
    /** Queues what waits for its second, unless the database is away. */
    async stop (): Promise<void> {
      isStopped = true
      clearTimeout(sweepTimer)
      const flushed = running.then(record)
      await withDeadline(flushed, stopLimitMs, () => new Error('the database is too slow')).catch((error: unknown) => {
        onError(error, 'results are left for the sweep of another instance')
      })
      clearTimeout(restTimer)
    }
  }
}
