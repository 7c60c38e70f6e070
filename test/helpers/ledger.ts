// The ballots as they are stored, to count them again.
import postgres, { type Sql } from 'postgres'
import type { Test } from 'tap'
import { startEmbeddedDatabase } from '../../db/embedded.ts'
import type { Counts, Results } from '../../server/protocol/poll.ts'

/** A connection to the database of a server; closed at teardown. */
export function openLedger (t: Test, databaseUrl: string | undefined): Sql {
  if (databaseUrl === undefined) throw new Error('this server has an embedded database')
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} })
  t.teardown(() => sql.end({ timeout: 5 }))
  return sql
}

/** The embedded database of a server that has ended. Closed at teardown. */
export async function openEmbeddedLedger (t: Test, dataDir: string): Promise<Sql> {
  const embedded = await startEmbeddedDatabase({ dataDir, onError: () => {} })
  const sql = postgres({ ...embedded.connection, user: 'postgres', database: 'postgres', max: 1, onnotice: () => {} })
  t.teardown(async () => {
    await sql.end({ timeout: 5 })
    await embedded.close()
  })
  return sql
}

/** What the ballots of the results' round say at the results' version. */
export async function recount (sql: Sql, { pollId, round, version, counts: shown }: Results): Promise<{ voters: number, counts: Counts }> {
  const rows = await sql<{ choice: string | null, votes: number, voters: number }[]>`
    WITH counting AS (
      SELECT answer FROM (
        SELECT DISTINCT ON (voter_id) answer FROM ballots
        WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${version} ORDER BY voter_id, n DESC) AS newest
      WHERE answer IS NOT NULL)
    SELECT choice, count(*)::int AS votes, (SELECT count(*)::int FROM counting) AS voters
    FROM counting, jsonb_array_elements_text(answer -> 'choices') AS choice GROUP BY choice`
  const counts: Counts = Object.fromEntries(Object.keys(shown).map((id) => [id, 0]))
  for (const { choice, votes } of rows) counts[choice ?? ''] = votes
  return { voters: rows[0]?.voters ?? 0, counts }
}

export async function countBallots (sql: Sql, pollId: string): Promise<number> {
  const [row] = await sql<{ ballots: number }[]>`SELECT count(*)::int AS ballots FROM ballots WHERE poll_id = ${pollId}`
  return row?.ballots ?? 0
}
