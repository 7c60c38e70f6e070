import type { Db } from '../../db/client.ts'
import { findNewestBallots, type StoredVote } from '../../db/poll-store.ts'

interface Question {
  pollId: string
  voterId: string
  resolve: (vote: StoredVote | undefined) => void
  reject: (error: unknown) => void
}

export type MyVotes = ReturnType<typeof createMyVotes>

// Long enough to collect the joins of a hall that comes back at once, too short for anyone to notice.
const collectMs = 5
const maxBatch = 1000

/** Finds voters' own stored votes: all questions of a few milliseconds become one query. */
export function createMyVotes ({ db }: { db: Db }) {
  const questions: Question[] = []

  async function answer (): Promise<void> {
    const batch = questions.splice(0, maxBatch)
    if (questions.length > 0) setTimeout(() => { void answer() }, 0)
    try {
      const found = await findNewestBallots(db, batch)
      for (const { pollId, voterId, resolve } of batch) resolve(found.get(`${pollId}:${voterId}`))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    /** The newest ballot in the poll's current round; a null answer is a vote that was taken back. */
    async find (pollId: string, voterId: string): Promise<StoredVote | undefined> {
      return await new Promise((resolve, reject) => {
        if (questions.length === 0) setTimeout(() => { void answer() }, collectMs)
        questions.push({ pollId, voterId, resolve, reject })
      })
    }
  }
}
