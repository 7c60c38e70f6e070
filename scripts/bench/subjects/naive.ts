// The design that most poll services begin with: insert, raise a counter, commit, acknowledge, tell everybody; for each vote.
import type { Sql } from 'postgres'
import { runVoteService, type VoteStore } from './vote-service.ts'

function createStore (sql: Sql): VoteStore {
  return {
    store: async ({ pollId, voterId, optionId }) => await sql.begin(async (tx) => {
      await tx`INSERT INTO votes (poll_id, voter_id, option_id) VALUES (${pollId}, ${voterId}, ${optionId})`
      await tx`UPDATE options SET votes = votes + 1 WHERE poll_id = ${pollId} AND id = ${optionId}`
      const rows = await tx<Array<{ id: number, votes: number }>>`SELECT id, votes FROM options WHERE poll_id = ${pollId} ORDER BY id`
      return Object.fromEntries(rows.map(({ id, votes }) => [id, votes]))
    })
  }
}

export async function run (): Promise<number> {
  return await runVoteService(createStore)
}
