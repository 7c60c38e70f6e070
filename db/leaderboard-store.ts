import { sql } from 'drizzle-orm'
import type { Answer } from '../server/protocol/poll.ts'
import type { Db } from './client.ts'

export interface QuizBallots {
  answer: Answer
  /** Of this answer's voters: who, and how long after the opening of the round. Null where the round was never opened by a command. */
  voters: { voterId: string, elapsedMs: number | null }[]
}

/** The ballots that count in a quiz's current round and came before its reveal, by answer. */
export async function listQuizBallots (db: Db, pollId: string): Promise<QuizBallots[]> {
  const rows = await db.execute<{ answer: Answer, voters: [string, number | null][] }>(sql`
    SELECT newest.answer, jsonb_agg(jsonb_build_array(newest.voter_id, extract(epoch FROM newest.at - p.opened_at) * 1000)) AS voters
    FROM polls p CROSS JOIN LATERAL (
      SELECT DISTINCT ON (voter_id) voter_id, answer, review, at FROM ballots
      WHERE poll_id = p.id AND round = p.round AND (p.revealed_at IS NULL OR at <= p.revealed_at) ORDER BY voter_id, n DESC) AS newest
    WHERE p.id = ${pollId} AND newest.answer IS NOT NULL AND newest.review IS NULL
    GROUP BY newest.answer`)
  return rows.map(({ answer, voters }) => ({ answer, voters: voters.map(([voterId, elapsedMs]) => ({ voterId, elapsedMs })) }))
}
