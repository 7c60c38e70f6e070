import type { Sql, TransactionSql } from 'postgres'
import type { Answer, Counts, PollKind, PollStatus, ResultsVisibility, Revote } from '../server/protocol/poll.ts'

/** What decides whether and how a ballot counts, as it stands while the poll's lock is held. */
export interface LockedPoll {
  kind: PollKind
  status: PollStatus
  round: number
  revote: Revote
  resultsVisibility: ResultsVisibility
  revealed: boolean | null
  minChoices: number
  maxChoices: number
  closesAt: Date | null
  revision: number
}

export interface StoredTally {
  version: number
  voters: number
  counts: Counts
}

export interface StoredBallot {
  n: number
  version: number
  /** Null when the voter took the vote back. */
  answer: Answer | null
  at: Date
}

export interface BallotState {
  poll: LockedPoll
  tally: StoredTally
  /** By voter id: the ballot that counts now, for the voters of this batch that have one. */
  newest: Map<string, StoredBallot>
  /** The database's clock, read after the lock was taken. */
  now: Date
}

export interface NewBallot {
  voterId: string
  n: number
  answer: Answer | null
}

export interface BallotDecision<T> {
  /** In the order in which they were cast. Empty: nothing is written, and no version is made. */
  ballots: NewBallot[]
  /** The tally with these ballots counted; `version` is the one they are stored with. */
  tally: StoredTally
  outcome: T
}

/**
 * The vote transaction: locks the poll, lets `decide` see the truth, appends the ballots with their tally, commits.
 * Resolves after the commit; undefined when there is no such poll. Rejects when nothing, or nothing certain, was stored:
 * asking again is safe, as an answer that is stored already makes no second ballot.
 *
 * Written on postgres.js itself: it prepares each statement once and pipelines what is issued together.
 */
export async function appendBallots<T> (
  votes: Sql, pollId: string, voterIds: string[], decide: (state: BallotState) => BallotDecision<T>
): Promise<{ decision: BallotDecision<T>, poll: LockedPoll, now: Date } | undefined> {
  let appending: Promise<void> | undefined
  const stored = await votes.begin(async (tx) => {
    const [polls, tallies, newest] = await Promise.all([
      // Its own statement: a snapshot taken before the wait would still see the poll open and miss the ballots of the batch waited for.
      tx<LockedPollRow[]>`
        SELECT kind, status, round, revote, results_visibility, revealed, min_choices, max_choices, closes_at, revision
        FROM polls WHERE id = ${pollId} FOR NO KEY UPDATE`,
      tx<TallyRow[]>`
        SELECT t.version, t.voters, t.counts, clock_timestamp()::timestamptz(3) AS now
        FROM polls p JOIN tallies t ON t.poll_id = p.id AND t.round = p.round WHERE p.id = ${pollId}`,
      tx<BallotRow[]>`
        SELECT v.voter_id, b.n, b.version, b.answer, b.at
        FROM unnest(${voterIds}::uuid[]) AS v (voter_id) CROSS JOIN LATERAL (
          SELECT n, version, answer, at FROM ballots
          WHERE poll_id = ${pollId} AND round = (SELECT round FROM polls WHERE id = ${pollId}) AND voter_id = v.voter_id
          ORDER BY n DESC LIMIT 1) AS b`
    ])
    const [poll] = polls
    const [tally] = tallies
    if (poll === undefined || tally === undefined) return undefined

    const state = readState(poll, tally, newest)
    const decision = decide(state)
    // Not awaited here, so that COMMIT leaves together with it. Should it fail, that COMMIT rolls back and says nothing of it.
    if (decision.ballots.length > 0) appending = append(tx, pollId, state, decision)
    appending?.catch(() => {})
    return { decision, poll: state.poll, now: state.now }
  })
  await appending
  return stored
}

async function append (tx: TransactionSql, pollId: string, state: BallotState, { ballots, tally }: BallotDecision<unknown>): Promise<void> {
  const at = state.now.toISOString()
  const { round } = state.poll
  const voterIds = ballots.map((ballot) => ballot.voterId)
  const numbers = ballots.map((ballot) => ballot.n)
  const answers = ballots.map((ballot) => ballot.answer === null ? null : JSON.stringify(ballot.answer))
  await tx`
    WITH appended AS (
      INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at)
      SELECT ${pollId}::uuid, ${round}::int, v.voter_id, v.n, ${tally.version}::bigint, v.answer::jsonb, ${at}::timestamptz
      FROM unnest(${voterIds}::uuid[], ${numbers}::int[], ${answers}::text[]) AS v (voter_id, n, answer))
    UPDATE tallies SET version = ${tally.version}::bigint, voters = ${tally.voters}::int,
      counts = ${JSON.stringify(tally.counts)}::text::jsonb, at = ${at}::timestamptz
    WHERE poll_id = ${pollId}::uuid AND round = ${round}::int`
}

interface LockedPollRow {
  kind: PollKind
  status: PollStatus
  round: number
  revote: Revote
  results_visibility: ResultsVisibility
  revealed: boolean | null
  min_choices: number
  max_choices: number
  closes_at: string | null
  revision: number
}

interface TallyRow { version: string, voters: number, counts: Counts, now: string }
interface BallotRow { voter_id: string, n: number, version: string, answer: Answer | null, at: string }

function readState (poll: LockedPollRow, tally: TallyRow, newest: BallotRow[]): BallotState {
  return {
    poll: {
      kind: poll.kind,
      status: poll.status,
      round: poll.round,
      revote: poll.revote,
      resultsVisibility: poll.results_visibility,
      revealed: poll.revealed,
      minChoices: poll.min_choices,
      maxChoices: poll.max_choices,
      closesAt: poll.closes_at === null ? null : new Date(poll.closes_at),
      revision: poll.revision
    },
    tally: { version: Number(tally.version), voters: tally.voters, counts: tally.counts },
    newest: new Map(newest.map((row) => [row.voter_id, {
      n: row.n, version: Number(row.version), answer: row.answer, at: new Date(row.at)
    }])),
    now: new Date(tally.now)
  }
}
