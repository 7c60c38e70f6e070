import type { Db } from '../../db/client.ts'
import { listBallots, listTallies, type LedgerBallot } from '../../db/export-store.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import { toPastResults, type PollSnapshot } from '../polls/poll-snapshot.ts'

/** Everything that is stored of a poll, up to the version at which it was opened. */
export interface PollHistory {
  poll: Poll
  /** Every round with its last results, oldest first; the current one is the last. */
  rounds (): AsyncIterable<Results>
  /** Every ballot of a round in pages, each of which is emptied when the next one is asked for. A voter's ballots stand together, oldest first. */
  ballots (round: number): AsyncIterable<LedgerBallot[]>
}

// Short queries: the embedded database does nothing else meanwhile, and encoding a page holds up the votes of this process.
const ballotsPerPage = 500
const roundsPerPage = 100

/**
 * Nothing is held in the database between two pages, so a slow reader holds up nobody. What makes the pages fit together is the version:
 * ballots are never changed, and those that come later have a higher one.
 */
export function openHistory (db: Db, { poll, results }: PollSnapshot): PollHistory {
  return {
    poll,

    async * rounds () {
      for (let after = 0; ;) {
        const past = await listTallies(db, poll.id, { after, before: poll.round, limit: roundsPerPage })
        yield * past.map((tally) => toPastResults(poll, tally))
        if (past.length < roundsPerPage) break
        after = past.at(-1)?.round ?? poll.round
      }
      yield results
    },

    async * ballots (round) {
      for (let after: LedgerBallot | undefined; ;) {
        const page = await listBallots(db, { pollId: poll.id, round, maxVersion: results.version, after, limit: ballotsPerPage })
        if (page.length > 0) yield page
        if (page.length < ballotsPerPage) break
        after = page.at(-1)
        // What has handed it on may outlive it (see listBallots).
        page.length = 0
      }
    }
  }
}

/** Throws when what was read is not what the results say: the poll was deleted meanwhile, or something is badly wrong. */
export function checkSum (read: Pick<Results, 'voters'> & Partial<Pick<Results, 'counts'>>, { round, voters, counts }: Results): void {
  const isSame = read.voters === voters && Object.keys(counts).every((bucket) => read.counts === undefined || read.counts[bucket] === counts[bucket])
  if (!isSame) throw new Error(`the ballots of round ${round} do not add up to its results; was the poll deleted?`)
}
