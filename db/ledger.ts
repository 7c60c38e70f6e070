import type { Sql, TransactionSql } from 'postgres'
import type { Derived } from '../server/protocol/derived.ts'
import type { Answer, Counts, PollKind, PollStatus, ResultsVisibility, Revote } from '../server/protocol/poll.ts'
import type { PollSettings } from '../server/protocol/poll-settings.ts'
import type { RoomAccess } from '../server/protocol/room.ts'
import { readAdmission, type Admission } from './admission.ts'

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
  settings: PollSettings
  closesAt: Date | null
  revision: number
}

export interface StoredTally {
  version: number
  voters: number
  counts: Counts
  derived: Derived | null
  correctVoters: number
}

/** All buckets of an open-ended poll's round as they were at a version. */
export interface HeldBuckets {
  round: number
  version: number
  counts: Map<string, number>
}

export interface StoredBallot {
  n: number
  version: number
  /** Null when the voter took the vote back. */
  answer: Answer | null
  /** Null: it counts. */
  review: Review | null
  at: Date
}

/** Held until a moderator approves it, or removed by one: kept, but not counted. */
export type Review = 'held' | 'removed'

export interface BallotState {
  poll: LockedPoll
  /** Absent in an open room. */
  admission?: Admission | undefined
  tally: StoredTally
  /** By voter id: the ballot that counts now, for the voters of this batch that have one. */
  newest: Map<string, StoredBallot>
  /** Of an open-ended kind all buckets of the round; of another kind none, as its counts are its buckets. */
  buckets: Map<string, number>
  /** The database's clock, read after the lock was taken. */
  now: Date
}

export interface NewBallot {
  voterId: string
  n: number
  answer: Answer | null
  review: Review | null
}

export interface BallotDecision<T> {
  /** In the order in which they were cast. Empty: nothing is written, and no version is made. */
  ballots: NewBallot[]
  /** The tally with these ballots counted; `version` is the one they are stored with. */
  tally: StoredTally
  /** New counts of the buckets of an open-ended kind that these ballots changed. */
  changedBuckets: ReadonlyMap<string, number>
  outcome: T
}

export interface BallotBatch {
  pollId: string
  /** Everyone who may turn out to be the voter of one of the votes. */
  voterIds: string[]
  isOpenEnded: (kind: PollKind) => boolean
  /** What the caller still has of an open-ended poll's buckets; it is brought up to date and used up. */
  held?: HeldBuckets | undefined
}

export interface StoredBatch<T> {
  decision: BallotDecision<T>
  poll: LockedPoll
  now: Date
  /** Of an open-ended poll: its buckets at the version of the decision. */
  buckets: HeldBuckets | undefined
}

/**
 * The vote transaction: locks the poll, lets `decide` see the truth, appends the ballots with their tally, commits.
 * Resolves after the commit; undefined when there is no such poll. Rejects when nothing, or nothing certain, was stored:
 * asking again is safe, as an answer that is stored already makes no second ballot.
 *
 * Written on postgres.js itself: it prepares each statement once and pipelines what is issued together.
 */
export async function appendBallots<T> (
  votes: Sql, { pollId, voterIds, isOpenEnded, held }: BallotBatch, decide: (state: BallotState) => BallotDecision<T>
): Promise<StoredBatch<T> | undefined> {
  let appending: Promise<void> | undefined
  const stored = await votes.begin(async (tx) => {
    const [polls, tallies, newest] = await Promise.all([
      // Its own statement: a snapshot taken before the wait would still see the poll open and miss the ballots of the batch waited for.
      tx<LockedPollRow[]>`
        SELECT kind, status, round, revote, results_visibility, revealed, min_choices, max_choices, settings, closes_at, revision
        FROM polls WHERE id = ${pollId} FOR NO KEY UPDATE`,
      tx<TallyRow[]>`
        SELECT t.version, t.voters, t.counts, t.derived, t.correct_voters, clock_timestamp()::timestamptz(3) AS now, r.id AS room_id, r.access
        FROM polls p JOIN rooms r ON r.id = p.room_id JOIN tallies t ON t.poll_id = p.id AND t.round = p.round WHERE p.id = ${pollId}`,
      tx<BallotRow[]>`
        SELECT v.voter_id, b.n, b.version, b.answer, b.review, b.at
        FROM unnest(${voterIds}::uuid[]) AS v (voter_id) CROSS JOIN LATERAL (
          SELECT n, version, answer, review, at FROM ballots
          WHERE poll_id = ${pollId} AND round = (SELECT round FROM polls WHERE id = ${pollId}) AND voter_id = v.voter_id
          ORDER BY n DESC LIMIT 1) AS b`
    ])
    const [poll] = polls
    const [tally] = tallies
    if (poll === undefined || tally === undefined) return undefined

    const [buckets, admission] = await Promise.all([
      isOpenEnded(poll.kind) ? readBuckets(tx, pollId, poll.round, held) : undefined,
      tally.access === 'open' ? undefined : readAdmission(tx, tally.access, tally.room_id, voterIds)
    ])
    const state = { ...readState(poll, tally, newest, buckets), admission }
    const decision = decide(state)
    // Not awaited here, so that COMMIT leaves together with it. Should it fail, that COMMIT rolls back and says nothing of it.
    if (decision.ballots.length > 0) appending = append(tx, pollId, state, decision)
    appending?.catch(() => {})
    return { decision, poll: state.poll, now: state.now, buckets: buckets && { round: poll.round, version: decision.tally.version, counts: buckets } }
  })
  await appending
  return stored
}

async function append (tx: TransactionSql, pollId: string, state: BallotState, { ballots, tally, changedBuckets }: BallotDecision<unknown>): Promise<void> {
  const at = state.now.toISOString()
  const { round } = state.poll
  const voterIds = ballots.map((ballot) => ballot.voterId)
  const numbers = ballots.map((ballot) => ballot.n)
  const answers = ballots.map((ballot) => ballot.answer === null ? null : JSON.stringify(ballot.answer))
  const reviews = ballots.map((ballot) => ballot.review)
  const writes = [tx`
    WITH appended AS (
      INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, review, at)
      SELECT ${pollId}::uuid, ${round}::int, v.voter_id, v.n, ${tally.version}::bigint, v.answer::jsonb, v.review, ${at}::timestamptz
      FROM unnest(${voterIds}::uuid[], ${numbers}::int[], ${answers}::text[], ${reviews}::text[]) AS v (voter_id, n, answer, review))
    UPDATE tallies SET version = ${tally.version}::bigint, voters = ${tally.voters}::int,
      counts = ${JSON.stringify(tally.counts)}::text::jsonb, derived = ${tally.derived === null ? null : JSON.stringify(tally.derived)}::text::jsonb,
      correct_voters = ${tally.correctVoters}::int, at = ${at}::timestamptz
    WHERE poll_id = ${pollId}::uuid AND round = ${round}::int`.execute()]
  if (changedBuckets.size > 0) {
    writes.push(tx`
      INSERT INTO tally_buckets (poll_id, round, bucket, count, version)
      SELECT ${pollId}::uuid, ${round}::int, b.bucket, b.count, ${tally.version}::bigint
      FROM unnest(${Array.from(changedBuckets.keys())}::text[], ${Array.from(changedBuckets.values())}::int[]) AS b (bucket, count)
      ON CONFLICT (poll_id, round, bucket) DO UPDATE SET count = excluded.count, version = excluded.version`.execute())
  }
  await Promise.all(writes)
}

/** Under the poll's lock. Only what changed since the version that is held is read. */
async function readBuckets (tx: TransactionSql, pollId: string, round: number, held: HeldBuckets | undefined): Promise<Map<string, number>> {
  const known = held?.round === round ? held : { version: 0, counts: new Map<string, number>() }
  const rows = await tx<{ bucket: string, count: number }[]>`
    SELECT bucket, count FROM tally_buckets WHERE poll_id = ${pollId} AND round = ${round} AND version > ${known.version}`
  for (const { bucket, count } of rows) known.counts.set(bucket, count)
  return known.counts
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
  settings: PollSettings
  closes_at: string | null
  revision: number
}

interface TallyRow {
  version: string
  voters: number
  counts: Counts
  derived: Derived | null
  correct_voters: number
  now: string
  room_id: string
  access: RoomAccess
}

interface BallotRow { voter_id: string, n: number, version: string, answer: Answer | null, review: Review | null, at: string }

function readState (poll: LockedPollRow, tally: TallyRow, newest: BallotRow[], buckets = new Map<string, number>()): BallotState {
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
      settings: poll.settings,
      closesAt: poll.closes_at === null ? null : new Date(poll.closes_at),
      revision: poll.revision
    },
    tally: {
      version: Number(tally.version), voters: tally.voters, counts: tally.counts, derived: tally.derived, correctVoters: tally.correct_voters
    },
    buckets,
    newest: new Map(newest.map((row) => [row.voter_id, {
      n: row.n, version: Number(row.version), answer: row.answer, review: row.review, at: new Date(row.at)
    }])),
    now: new Date(tally.now)
  }
}
