import type { Db } from '../../db/client.ts'
import { listBallots, listBuckets, listLabels, listTallies, type BucketRow, type LedgerBallot } from '../../db/export-store.ts'
import type { Poll, PollKind, Results } from '../protocol/poll.ts'
import { toPastResults, type PollSnapshot } from '../polls/poll-snapshot.ts'

/** A round with its last results. */
export interface Round {
  /** What it was of; a poll may become one of another kind with a new round. */
  kind: PollKind
  results: Results
}

/** Everything that is stored of a poll, up to the version at which it was opened. */
export interface PollHistory {
  poll: Poll
  /** What came later is not shown. */
  version: number
  /** Every round, oldest first; the current one is the last. */
  rounds (): AsyncIterable<Round>
  /** Every ballot of a round in pages, each of which is emptied when the next one is asked for. A voter's ballots stand together, oldest first. */
  ballots (round: number): AsyncIterable<LedgerBallot[]>
  /** The buckets of a round of an open-ended kind in pages, as they are by now. */
  buckets (round: number): AsyncIterable<BucketRow[]>
  /** The texts that these options had and have, oldest first, of each the last 100. */
  labels (optionIds: number[]): Promise<Map<number, string[]>>
}

// Short queries: the embedded database does nothing else meanwhile, and encoding a page holds up the votes of this process.
const ballotsPerPage = 500
const bucketsPerPage = 500
const roundsPerPage = 100
const labelsPerOption = 101 // the last one is mostly the text of now

/**
 * Nothing is held in the database between two pages, so a slow reader holds up nobody. What makes the pages fit together is the version:
 * ballots are never changed, and those that come later have a higher one.
 */
export function openHistory (db: Db, { poll, results }: PollSnapshot): PollHistory {
  return {
    poll,
    version: results.version,

    async * rounds () {
      for (let after = 0; ;) {
        const past = await listTallies(db, poll.id, { after, before: poll.round, limit: roundsPerPage })
        yield * past.map((one) => ({ kind: one.definition?.kind ?? poll.kind, results: toPastResults(poll, one) }))
        if (past.length < roundsPerPage) break
        after = past.at(-1)?.tally.round ?? poll.round
      }
      yield { kind: poll.kind, results }
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
    },

    async * buckets (round) {
      for (let after: string | undefined; ;) {
        const page = await listBuckets(db, { pollId: poll.id, round, after, limit: bucketsPerPage })
        if (page.length > 0) yield page
        if (page.length < bucketsPerPage) break
        after = page.at(-1)?.bucket
      }
    },

    labels: async (optionIds) => await listLabels(db, { pollId: poll.id, optionIds, maxRevision: poll.revision, limit: labelsPerOption })
  }
}

/** Throws when what was read is not what the results say: the poll was deleted meanwhile, or something is badly wrong. */
export function checkSum (read: Pick<Results, 'voters'> & Partial<Pick<Results, 'counts'>>, { round, voters, counts }: Results): void {
  const isSame = read.voters === voters && Object.keys(counts).every((bucket) => read.counts === undefined || read.counts[bucket] === counts[bucket])
  if (!isSame) throw new Error(`the ballots of round ${round} do not add up to its results; was the poll deleted?`)
}
