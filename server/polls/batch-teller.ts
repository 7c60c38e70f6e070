import type { StoredBatch } from '../../db/ledger.ts'
import { toResults } from './poll-snapshot.ts'
import type { ResultsBoard } from './results-board.ts'

/** Tells the board of a batch that was committed; one that changed nothing has nothing to tell. */
export function createBatchTeller ({ board, onError }: { board: ResultsBoard, onError: (error: unknown, sentence: string) => void }) {
  return (pollId: string, stored: StoredBatch<unknown> | undefined): void => {
    if (stored === undefined || stored.decision.ballots.length === 0) return
    const { decision, poll, now } = stored
    const taken = board.putResults(toResults(pollId, poll, decision.tally, now), poll.revision, 'commit')
    if (taken === 'poll_unknown') board.refresh(pollId).catch((error: unknown) => { onError(error, 'a poll could not be read again') })
  }
}
