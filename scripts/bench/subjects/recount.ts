// The design without counters: insert, then count all votes again for what to show; for each vote.
import type { Sql } from 'postgres'
import { optionIds } from '../subject.ts'
import { runVoteService, type VoteStore } from './vote-service.ts'

function createStore (sql: Sql): VoteStore {
  return {
    async store ({ pollId, voterId, optionId }) {
      await sql`INSERT INTO votes (poll_id, voter_id, option_id) SELECT ${pollId}, ${voterId}, id FROM options WHERE poll_id = ${pollId} AND id = ${optionId}`
      const rows = await sql<Array<{ id: number, votes: number }>>`
        SELECT option_id AS id, count(*)::int AS votes FROM votes WHERE poll_id = ${pollId} GROUP BY option_id`
      const found = new Map(rows.map(({ id, votes }) => [id, votes]))
      return Object.fromEntries(optionIds.map((id) => [id, found.get(id) ?? 0]))
    }
  }
}

export async function run (): Promise<number> {
  return await runVoteService(createStore)
}
