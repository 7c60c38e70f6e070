import type { Db } from '../../db/client.ts'
import { findOwnQuestions, type OwnQuestions } from '../../db/question-store.ts'
import { createBatchReader } from '../../db/batch-reader.ts'

const maxMine = 50

/** Finds what voters have asked and voted for in a room: all who come within a few milliseconds are looked up together. */
export function createOwnQuestions ({ db }: { db: Db }) {
  return createBatchReader(async (batch: { roomId: string, voterId: string }[]) => {
    const voters = new Map<string, string[]>()
    for (const { roomId, voterId } of batch) {
      const others = voters.get(roomId)
      if (others === undefined) voters.set(roomId, [voterId])
      else others.push(voterId)
    }
    const found = new Map(await Promise.all(Array.from(voters, async ([roomId, voterIds]) => [roomId, await findOwnQuestions(db, { roomId, voterIds, limit: maxMine })] as const)))
    return ({ roomId, voterId }): OwnQuestions => found.get(roomId)?.get(voterId) ?? { mine: [], myVotes: [] }
  })
}
