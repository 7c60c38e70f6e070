import type { Tx } from '../../db/client.ts'
import { isFlagged } from '../moderation/word-filter.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionsMode } from '../protocol/room.ts'
import { readParticipants, type RequireParticipant } from '../rooms/participants.ts'
import type { Staff } from '../rooms/staff.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'

interface RoomRules { mode: QuestionsMode, staff: Pick<Staff, 'access' | 'banned' | 'blockedWords'> }

/** Who of these callers may ask and vote for questions: those who take part, where the room takes questions; throws conflict where it takes none. */
export async function readAskers (tx: Tx, roomId: string, { mode, staff }: RoomRules, callers: VoterClaims[]): Promise<RequireParticipant> {
  const requireParticipant = await readParticipants(tx, roomId, staff, callers)
  return (claims) => {
    if (mode === 'off') throw new PlenumError('conflict', { detail: 'This room takes no questions.' })
    return requireParticipant(claims)
  }
}

/** Whether what a voter wrote is shown at once or waits for a moderator. */
export function admitText ({ mode, staff }: RoomRules, ...texts: string[]): 'open' | 'pending' {
  return mode === 'pre' || texts.some((text) => isFlagged(text, staff)) ? 'pending' : 'open'
}
