import type { Db } from '../../db/client.ts'
import { listDuePolls } from '../../db/poll-store.ts'
import type { PollService } from './poll-service.ts'

const sweepIntervalMs = 1000
// A little more than one sweep ahead, so that nothing falls between two of them.
const horizonMs = 1500

/**
 * Opens and closes polls by their own times (L2): a sweep asks the database once a second what is due soon, and a timer fires each of
 * them on the spot. Every instance does this; the poll's lock lets one of them win. A restart needs nothing but the next sweep.
 */
export function startPollSchedule ({ db, polls, onError }: { db: Db, polls: PollService, onError: (error: unknown, sentence: string) => void }) {
  const timers = new Map<string, NodeJS.Timeout>()
  let isStopped = false

  function fire (pollId: string): void {
    timers.delete(pollId)
    polls.applyDue(pollId).catch((error: unknown) => { onError(error, 'a poll could not be opened or closed at its time; the next sweep tries again') })
  }

  async function sweep (): Promise<void> {
    try {
      for (const { id, inMs } of await listDuePolls(db, horizonMs)) {
        if (isStopped) return
        clearTimeout(timers.get(id))
        // One more millisecond: a timer may fire early by less than one, and would then find nothing due.
        timers.set(id, setTimeout(fire, Math.max(0, Math.ceil(inMs) + 1), id))
      }
    } catch (error) {
      onError(error, 'the schedule could not be read; the next sweep tries again')
    }
    if (!isStopped) next = setTimeout(() => { void sweep() }, sweepIntervalMs)
  }

  let next = setTimeout(() => { void sweep() }, 0)

  return {
    stop (): void {
      isStopped = true
      clearTimeout(next)
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }
}
