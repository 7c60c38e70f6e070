import { isFlagged } from '../moderation/word-filter.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionsMode } from '../protocol/room.ts'
import type { Staff } from '../rooms/staff.ts'
import { noVoter, voterIn, type VoterClaims } from '../rooms/voter-identity.ts'

interface RoomRules { mode: QuestionsMode, staff: Pick<Staff, 'access' | 'banned' | 'blockedWords'> }

/** Who takes part: the voter that this caller is in this room. Throws conflict where the room takes no questions, forbidden for a voter that is kept out. */
export function requireParticipant ({ mode, staff }: RoomRules, claims: VoterClaims): string {
  if (mode === 'off') throw new PlenumError('conflict', { detail: 'This room takes no questions.' })
  const voterId = voterIn(staff.access, claims)
  if (voterId === undefined) throw noVoter(staff.access)
  if (staff.banned.includes(voterId)) throw new PlenumError('forbidden', { detail: 'A moderator of this room has excluded this device from taking part.' })
  return voterId
}

/** Whether what a voter wrote is shown at once or waits for a moderator. */
export function admitText ({ mode, staff }: RoomRules, ...texts: string[]): 'open' | 'pending' {
  return mode === 'pre' || texts.some((text) => isFlagged(text, staff)) ? 'pending' : 'open'
}
