import type { Db } from '../../db/client.ts'
import { readParticipation } from '../../db/participant-store.ts'
import type { Participation } from '../protocol/participation.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { PollService } from './poll-service.ts'

/** For those who manage the room. Throws poll_not_found, forbidden. */
export function createParticipation ({ db, polls, countConnected }: { db: Db, polls: PollService, countConnected: (roomId: string) => number }) {
  return async (pollId: string, userId: string): Promise<Participation> => {
    const { poll } = await polls.findAs('see', pollId, userId)
    const read = await readParticipation(db, pollId)
    if (read === undefined) throw new PlenumError('poll_not_found')
    const { kind, counts, words, ...numbers } = read
    const chosen = kind === 'multiple' ? Object.values(counts).reduce((sum, count) => sum + count, 0) : numbers.voted
    return { pollId, ...numbers, connected: countConnected(poll.roomId), selections: kind === 'words' ? words : chosen }
  }
}
