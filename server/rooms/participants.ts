import { readAdmissionWith } from '../../db/admission.ts'
import type { Tx } from '../../db/client.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Staff } from './staff.ts'
import { notAdmitted, noVoter, voterIn, type VoterClaims } from './voter-identity.ts'

/** Throws what a vote without a voter is told, and forbidden for a voter that is kept out. */
export type RequireParticipant = (claims: VoterClaims) => string

/**
 * Tells who of these callers takes part, as voters of polls are told: the voter that each is in this room, if it has what the room asks for.
 * Read in the transaction that decides by it, so that what was revoked before it does not count.
 */
export async function readParticipants (tx: Tx, roomId: string, { access, banned }: Pick<Staff, 'access' | 'banned'>, callers: VoterClaims[]): Promise<RequireParticipant> {
  const voterIds = callers.flatMap((claims) => voterIn(access, claims) ?? [])
  const admission = access === 'open' || voterIds.length === 0 ? undefined : await readAdmissionWith(tx, access, roomId, voterIds)
  return (claims) => {
    const voterId = voterIn(access, claims)
    if (voterId === undefined) throw noVoter(access)
    if (banned.includes(voterId)) throw new PlenumError('forbidden', { detail: 'A moderator of this room has excluded this device from taking part.' })
    if (admission?.admitted.has(voterId) === false) throw notAdmitted(admission.access)
    return voterId
  }
}
