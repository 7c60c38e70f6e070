// The ballots as they are stored, to count them again.
import postgres, { type Sql } from 'postgres'
import { startEmbeddedDatabase } from '../../db/embedded.ts'
import type { Answer, Counts, Results } from '../../server/protocol/poll.ts'
import type { Owner } from './owner.ts'

/** The embedded database of a server that has ended. Closed at teardown. */
export async function openEmbeddedLedger (t: Owner, dataDir: string): Promise<Sql> {
  const embedded = await startEmbeddedDatabase({ dataDir, onError: () => {} })
  const sql = postgres({ ...embedded.connection, user: 'postgres', database: 'postgres', max: 1, onnotice: () => {} })
  t.teardown(async () => {
    await sql.end({ timeout: 5 })
    await embedded.close()
  })
  return sql
}

/** The answers that count at the results' version, by the ballots alone. */
export async function answersAt (sql: Sql, { pollId, round, version }: Pick<Results, 'pollId' | 'round' | 'version'>): Promise<Answer[]> {
  const rows = await sql<{ answer: Answer | null }[]>`
    SELECT DISTINCT ON (voter_id) answer FROM ballots
    WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${version} ORDER BY voter_id, n DESC`
  return rows.map(({ answer }) => answer).filter((answer) => answer !== null)
}

/** What these answers say of the options that the results show. */
export async function recount (sql: Sql, results: Results): Promise<{ voters: number, counts: Counts }> {
  const answers = await answersAt(sql, results)
  const counts: Counts = Object.fromEntries(Object.keys(results.counts).map((id) => [id, 0]))
  for (const choice of answers.flatMap(({ choices = [] }) => choices)) counts[choice] = (counts[choice] ?? 0) + 1
  return { voters: answers.length, counts }
}

export async function countBallots (sql: Sql, pollId: string): Promise<number> {
  const [row] = await sql<{ ballots: number }[]>`SELECT count(*)::int AS ballots FROM ballots WHERE poll_id = ${pollId}`
  return row?.ballots ?? 0
}
