import { sql } from 'drizzle-orm'
import type { Answer } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'
import type { Review } from './ledger.ts'

export interface StoredResponse { voterId: string, answer: Answer, review: Review | null, version: number, at: Date }

export interface ResponseFilter {
  pollId: string
  round: number
  review: Review | null
  /** Only those that come after this one in the list. */
  after?: { version: number, voterId: string } | undefined
  limit: number
}

/** Of each voter the newest answer, unless it was taken back. The newest version first. */
export async function listResponses (db: Db, { pollId, round, review, after, limit }: ResponseFilter): Promise<StoredResponse[]> {
  const rows = await db.execute<{ voter_id: string, answer: Answer, review: Review | null, version: string, at: string }>(sql`
    SELECT voter_id, answer, review, version, at FROM (
      SELECT DISTINCT ON (voter_id) voter_id, answer, review, version, at FROM ballots
      WHERE poll_id = ${pollId} AND round = ${round} ORDER BY voter_id, n DESC) AS newest
    WHERE answer IS NOT NULL AND review IS NOT DISTINCT FROM ${review}::text
      AND ${after === undefined ? sql`true` : sql`(version, voter_id) < (${after.version}::bigint, ${after.voterId}::uuid)`}
    ORDER BY version DESC, voter_id DESC LIMIT ${limit}`)
  return rows.map((row) => ({ voterId: row.voter_id, answer: row.answer, review: row.review, version: Number(row.version), at: new Date(row.at) }))
}
