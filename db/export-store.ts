import { and, asc, eq, gt, inArray, lt, lte, sql } from 'drizzle-orm'
import type { Answer } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'
import { readInKeyOrder } from './key-order.ts'
import type { Review } from './ledger.ts'
import { definitionOfTally, type RoundTally } from './poll-store.ts'
import { optionLabels, tallies, tallyBuckets } from './schema.ts'

/** A ballot as the ledger has it; a null answer is a withdrawal. */
export interface LedgerBallot {
  voterId: string
  n: number
  version: number
  answer: Answer | null
  review: Review | null
  at: Date
}

export interface BallotPage {
  pollId: string
  round: number
  /** Ballots of later versions are left out. */
  maxVersion: number
  /** The last ballot of the page before. */
  after: Pick<LedgerBallot, 'voterId' | 'n'> | undefined
  limit: number
}

/** Ballots of one round in the order of their key: a voter's stand together, oldest first. */
export async function listBallots (db: Db, { pollId, round, maxVersion, after, limit }: BallotPage): Promise<LedgerBallot[]> {
  // Compared as a row, which the primary key's index answers from where the last page ended.
  const rest = after === undefined ? sql`true` : sql`(voter_id, n) > (${after.voterId}::uuid, ${after.n}::int)`
  const rows = await readInKeyOrder(db, async (tx) => await tx.execute<BallotRow>(sql`
    SELECT voter_id, n, version, answer, review, at FROM ballots
    WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${maxVersion} AND ${rest}
    ORDER BY voter_id, n LIMIT ${limit}`))
  const ballots = rows.map(({ voter_id: voterId, n, version, answer, review, at }) => ({ voterId, n, version: Number(version), answer, review, at: new Date(at) }))
  // What the driver keeps of a query outlives the young generation, and its rows with it: a large export would leave them all for a full collection of garbage.
  rows.length = 0
  return ballots
}

interface BallotRow extends Record<string, unknown> { voter_id: string, n: number, version: string, answer: Answer | null, review: Review | null, at: string }

/** Tallies of a poll's rounds after one and before another, oldest first. */
export async function listTallies (db: Db, pollId: string, rounds: { after: number, before: number, limit: number }): Promise<RoundTally[]> {
  return await db.select({ tally: tallies, definition: definitionOfTally }).from(tallies)
    .where(and(eq(tallies.pollId, pollId), gt(tallies.round, rounds.after), lt(tallies.round, rounds.before)))
    .orderBy(asc(tallies.round)).limit(rounds.limit)
}

/** A bucket of an open-ended kind as it is now; `version` changed it last. */
export interface BucketRow { bucket: string, count: number, version: number }

export interface BucketPage {
  pollId: string
  round: number
  /** The last bucket of the page before. */
  after: string | undefined
  limit: number
}

/** Buckets of one round in the order of their key, also those that are empty by now. */
export async function listBuckets (db: Db, { pollId, round, after, limit }: BucketPage): Promise<BucketRow[]> {
  return await db.select({ bucket: tallyBuckets.bucket, count: tallyBuckets.count, version: tallyBuckets.version }).from(tallyBuckets)
    .where(and(eq(tallyBuckets.pollId, pollId), eq(tallyBuckets.round, round), after === undefined ? undefined : gt(tallyBuckets.bucket, after)))
    .orderBy(asc(tallyBuckets.bucket)).limit(limit)
}

export interface LabelQuery {
  pollId: string
  optionIds: number[]
  /** Texts of later revisions of the poll are left out. */
  maxRevision: number
  /** For each option the last so many. */
  limit: number
}

/** The texts that each of these options had and has, oldest first. */
export async function listLabels (db: Db, { pollId, optionIds, maxRevision, limit }: LabelQuery): Promise<Map<number, string[]>> {
  if (optionIds.length === 0) return new Map()
  const age = sql<number>`row_number() OVER (PARTITION BY ${optionLabels.optionId} ORDER BY ${optionLabels.revision} DESC)`.as('age')
  const numbered = db.select({ optionId: optionLabels.optionId, revision: optionLabels.revision, label: optionLabels.label, age }).from(optionLabels)
    .where(and(eq(optionLabels.pollId, pollId), inArray(optionLabels.optionId, optionIds), lte(optionLabels.revision, maxRevision))).as('numbered')
  const rows = await db.select().from(numbered).where(lte(numbered.age, limit)).orderBy(asc(numbered.optionId), asc(numbered.revision))
  const byOption = new Map<number, string[]>()
  for (const { optionId, label } of rows) byOption.set(optionId, [...byOption.get(optionId) ?? [], label])
  return byOption
}
