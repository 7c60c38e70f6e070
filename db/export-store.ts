import { and, asc, eq, gt, lt, sql } from 'drizzle-orm'
import type { Answer } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'
import type { TallyRow } from './poll-store.ts'
import { tallies } from './schema.ts'

/** A ballot as the ledger has it; a null answer is a withdrawal. */
export interface LedgerBallot {
  voterId: string
  n: number
  version: number
  answer: Answer | null
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
  return await db.transaction(async (tx) => {
    const [, rows] = await Promise.all([
      // A poll that is larger than the planner knows yet (the embedded database never learns) looks worth sorting: all of it, for each page.
      tx.execute(sql`SET LOCAL enable_sort = off`),
      tx.execute<BallotRow>(sql`
        SELECT voter_id, n, version, answer, at FROM ballots
        WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${maxVersion} AND ${rest}
        ORDER BY voter_id, n LIMIT ${limit}`)
    ])
    const ballots = rows.map(({ voter_id: voterId, n, version, answer, at }) => ({ voterId, n, version: Number(version), answer, at: new Date(at) }))
    // What the driver keeps of a query outlives the young generation, and its rows with it: a large export would leave them all for a full collection of garbage.
    rows.length = 0
    return ballots
  })
}

interface BallotRow extends Record<string, unknown> { voter_id: string, n: number, version: string, answer: Answer | null, at: string }

/** Tallies of a poll's rounds after one and before another, oldest first. */
export async function listTallies (db: Db, pollId: string, rounds: { after: number, before: number, limit: number }): Promise<TallyRow[]> {
  return await db.select().from(tallies)
    .where(and(eq(tallies.pollId, pollId), gt(tallies.round, rounds.after), lt(tallies.round, rounds.before)))
    .orderBy(asc(tallies.round)).limit(rounds.limit)
}
