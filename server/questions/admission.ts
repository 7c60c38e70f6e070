import { readAdmissionWith } from '../../db/admission.ts'
import type { Tx } from '../../db/client.ts'
import { isFlagged } from '../moderation/word-filter.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionsMode } from '../protocol/room.ts'
import type { Staff } from '../rooms/staff.ts'
import { notAdmitted, noVoter, voterIn, type VoterClaims } from '../rooms/voter-identity.ts'

interface RoomRules { mode: QuestionsMode, staff: Pick<Staff, 'access' | 'banned' | 'blockedWords'> }

/** Throws conflict where the room takes no questions, what a vote without a voter is told, and forbidden for a voter that is kept out. */
export type RequireParticipant = (claims: VoterClaims) => string

/**
 * Tells who of these callers takes part, as voters of polls are told: the voter that each is in this room, if it has what the room asks for.
 * Read in the transaction that holds the room, so that what was revoked before it does not count.
 */
export async function readParticipants (tx: Tx, roomId: string, { mode, staff }: RoomRules, callers: VoterClaims[]): Promise<RequireParticipant> {
  const { access } = staff
  const voterIds = callers.flatMap((claims) => voterIn(access, claims) ?? [])
  const admission = access === 'open' || voterIds.length === 0 ? undefined : await readAdmissionWith(tx, access, roomId, voterIds)
  return (claims) => {
    if (mode === 'off') throw new PlenumError('conflict', { detail: 'This room takes no questions.' })
    const voterId = voterIn(access, claims)
    if (voterId === undefined) throw noVoter(access)
    if (staff.banned.includes(voterId)) throw new PlenumError('forbidden', { detail: 'A moderator of this room has excluded this device from taking part.' })
    if (admission?.admitted.has(voterId) === false) throw notAdmitted(admission.access)
    return voterId
  }
}

/** Whether what a voter wrote is shown at once or waits for a moderator. */
export function admitText ({ mode, staff }: RoomRules, ...texts: string[]): 'open' | 'pending' {
  return mode === 'pre' || texts.some((text) => isFlagged(text, staff)) ? 'pending' : 'open'
}
