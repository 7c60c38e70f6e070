import type { Db } from '../../db/client.ts'
import { findNewestBallots, type StoredVote } from '../../db/poll-store.ts'
import { createBatchReader } from '../../db/batch-reader.ts'

export type MyVotes = ReturnType<typeof createMyVotes>

/** Finds voters' own stored votes: all questions of a few milliseconds become one query. */
export function createMyVotes ({ db }: { db: Db }) {
  const read = createBatchReader(async (batch: { pollId: string, voterId: string }[]) => {
    const found = await findNewestBallots(db, batch)
    return ({ pollId, voterId }) => found.get(`${pollId}:${voterId}`)
  })

  return {
    /** The newest ballot in the poll's current round; a null answer is a vote that was taken back. */
    find: async (pollId: string, voterId: string): Promise<StoredVote | undefined> => await read({ pollId, voterId })
  }
}
