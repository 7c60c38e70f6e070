// What the tables hold of one poll, in memory: its batches and commands in their order, to be counted again.
import assert from 'node:assert/strict'
import type { LockedPoll, NewBallot, Review, StoredBallot, StoredTally } from '../../db/ledger.ts'
import { countedAnswer, decideBallots, type CastVote, type VoteOutcome } from '../../server/polls/ballot.ts'
import { decideReview } from '../../server/polls/reviews.ts'
import { emptyTally } from '../../server/polls/tally.ts'
import type { Answer } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'

export const noon = new Date('2030-01-01T12:00:00Z')

export function openPoll (poll: Partial<LockedPoll> = {}): LockedPoll {
  return {
    kind: 'single', status: 'open', round: 1, revote: 'locked', resultsVisibility: 'live', revealed: null, minChoices: 1, maxChoices: 1, settings: {}, closesAt: null, revision: 1, ...poll
  }
}

export function nameOf (outcome: VoteOutcome): string {
  return outcome instanceof PlenumError ? outcome.code : outcome.status
}

export function createPaperLedger (poll: LockedPoll, optionIds: readonly number[]) {
  const definition = { minChoices: poll.minChoices, maxChoices: poll.maxChoices, settings: poll.settings, optionIds: new Set(optionIds) }
  const rows: { round: number, version: number, ballot: NewBallot }[] = []
  let tally: StoredTally = { version: 1, ...emptyTally(poll.kind, definition) }
  let buckets = new Map<string, number>()
  let now = noon.getTime()
  const tallies: { round: number, tally: StoredTally }[] = [{ round: poll.round, tally }]

  function keep (next: StoredTally): void {
    tally = next
    tallies.push({ round: poll.round, tally })
  }

  function newestBallots (upTo = Infinity, round = poll.round): Map<string, StoredBallot> {
    const newest = new Map<string, StoredBallot>()
    for (const { version, ballot } of rows.filter((row) => row.round === round && row.version <= upTo)) {
      if ((newest.get(ballot.voterId)?.n ?? 0) < ballot.n) newest.set(ballot.voterId, { n: ballot.n, version, answer: ballot.answer, review: ballot.review, at: noon })
    }
    return newest
  }

  return {
    poll,
    definition,
    /** After each batch and command, the oldest first. */
    tallies,
    newestBallots,

    /** The answers that count in a round at a version. */
    answersAt (round: number, version: number): Answer[] {
      return Array.from(newestBallots(version, round).values(), countedAnswer).filter((answer) => answer !== null)
    },

    vote (votes: CastVote[]): VoteOutcome[] {
      now += 1
      const decision = decideBallots({ poll, tally, newest: newestBallots(), buckets: new Map(buckets), now: new Date(now) }, votes)
      for (const ballot of decision.ballots) {
        const earlier = rows.filter((row) => row.round === poll.round && row.ballot.voterId === ballot.voterId)
        assert.equal(ballot.n, earlier.length + 1, 'ballots of a voter are numbered without a gap, so the key refuses a second n-th')
        rows.push({ round: poll.round, version: decision.tally.version, ballot })
      }
      const accepted = votes.filter((_vote, at) => ['recorded', 'changed', 'withdrawn'].includes(nameOf(decision.outcome[at] ?? new PlenumError('internal'))))
      assert.deepEqual(decision.ballots.map(({ voterId, answer }) => ({ voterId, answer })), accepted.map(({ voterId, answer }) => ({ voterId, answer })))
      assert.equal(decision.tally.version, tally.version + (accepted.length > 0 ? 1 : 0), 'a batch is one version, one that changes nothing is none')
      if (accepted.length === 0) assert.deepEqual([decision.tally, decision.changedBuckets.size], [tally, 0])
      for (const [bucket, count] of decision.changedBuckets) buckets.set(bucket, count)
      keep(decision.tally)
      return decision.outcome
    },

    review (voterId: string, review: Review | null): void {
      const decision = decideReview({ poll, tally, newest: newestBallots(), buckets: new Map(buckets), now: new Date(++now) }, voterId, review)
      for (const ballot of decision.ballots) rows.push({ round: poll.round, version: decision.tally.version, ballot })
      for (const [bucket, count] of decision.changedBuckets) buckets.set(bucket, count)
      keep(decision.tally)
    },

    setStatus (status: LockedPoll['status']): void {
      poll.status = status
      keep({ ...tally, version: tally.version + 1 })
    },

    reset (): void {
      poll.round += 1
      buckets = new Map()
      keep({ version: tally.version + 1, ...emptyTally(poll.kind, definition) })
    }
  }
}
