import { createDistribution, durationBounds } from '../counts.ts'
import type { PollSnapshot } from '../polls/poll-snapshot.ts'
import type { BoardChange, ResultsBoard } from '../polls/results-board.ts'
import type { Hint } from './hint.ts'
import { createTicker } from './ticker.ts'

/** Ten results frames a second and poll at the most, whatever the vote rate and the number of instances (R5). */
const broadcastIntervalMs = 100
/** A little longer than that: the other instances are ready to send again when they are told, so their audience does not wait twice. */
const hintIntervalMs = 110

/** Where changes go on this instance: the Socket.IO rooms, and the feed. */
export interface LiveOutput {
  emitResults (pollId: string): Promise<void> | void
  emitPoll (pollId: string): Promise<void> | void
  emitRemoved (snapshot: PollSnapshot): void
  /** Somebody may manage the poll's room no longer. */
  dropStrangers (snapshot: PollSnapshot): void
}

export interface ResultsBroadcasterOptions {
  board: ResultsBoard
  outputs: LiveOutput[]
  /** Tells the other instances. They find out by themselves within a second or two if this gets lost. */
  publish: (hint: Hint) => void
  onError: (error: unknown, sentence: string) => void
}

/** Carries what changed on the board to whoever watches here, and what was committed here to the other instances. */
export function startResultsBroadcaster ({ board, outputs, publish, onError }: ResultsBroadcasterOptions) {
  const sendSeconds = createDistribution(durationBounds)
  const lagSeconds = createDistribution(durationBounds)
  /** Since when each poll has results that were not sent. */
  const unsentSince = new Map<string, number>()
  const ticker = createTicker(broadcastIntervalMs, async (pollId) => {
    const begunAt = performance.now()
    const changedAt = unsentSince.get(pollId) ?? begunAt
    unsentSince.delete(pollId)
    await settle(outputs.map((output) => output.emitResults(pollId)))
    const sentAt = performance.now()
    sendSeconds.add((sentAt - begunAt) / 1000)
    lagSeconds.add((sentAt - changedAt) / 1000)
  })
  const hints = createTicker(hintIntervalMs, (pollId) => {
    const snapshot = board.peek(pollId)
    if (snapshot !== undefined) publish({ type: 'results', results: snapshot.results, revision: snapshot.poll.revision })
  })

  async function settle (deliveries: (Promise<void> | void)[]): Promise<void> {
    for (const delivery of await Promise.allSettled(deliveries)) {
      if (delivery.status === 'rejected') onError(delivery.reason, 'a change could not be sent out')
    }
  }

  function changed ({ snapshot, pollChanged, resultsChanged, staffChanged, isNew, source }: BoardChange): void {
    // Read because somebody asked: who asked gets it as the answer, and nobody else was waiting for it.
    if (isNew && source === 'load') return
    const pollId = snapshot.poll.id
    if (staffChanged) for (const output of outputs) output.dropStrangers(snapshot)
    if (pollChanged) {
      if (source === 'commit') publish({ type: 'poll', ...snapshot })
      void settle(outputs.map((output) => output.emitPoll(pollId)))
    } else if (resultsChanged && source === 'commit') {
      hints.touch(pollId)
    }
    if (resultsChanged) {
      if (!unsentSince.has(pollId)) unsentSince.set(pollId, performance.now())
      ticker.touch(pollId)
    }
  }

  board.subscribe({
    changed,
    removed (snapshot, source) {
      if (source === 'commit') publish({ type: 'removed', pollId: snapshot.poll.id })
      for (const output of outputs) output.emitRemoved(snapshot)
    }
  })

  return {
    /** How long sending new results to everyone here took, and how long they were known here when that was done. */
    figures: { sendSeconds, lagSeconds },

    stop () {
      ticker.stop()
      hints.stop()
    }
  }
}
