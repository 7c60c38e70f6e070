import { PlenumError } from '../protocol/problem.ts'
import type { RoomAccess } from '../protocol/room.ts'

/** Who asks to vote, as a request or a connection has proved it. */
export interface VoterClaims {
  /** Of the device's token; an API key that may vote is a voter of its own, too. */
  voterId?: string | undefined
  /** Of the account that is signed in, or whose API key may vote. */
  userId?: string | undefined
}

/**
 * Who votes in a room with this access, on every transport: the device in an open room, the code that a device has redeemed (its voter is the
 * code's), or the person, whatever device it is.
 */
export function voterIn (access: RoomAccess, { voterId, userId }: VoterClaims): string | undefined {
  return access === 'accounts' ? userId : voterId
}

/** What is told to whom `voterIn` finds nobody for. */
export function noVoter (access: RoomAccess): PlenumError {
  return access === 'accounts'
    ? new PlenumError('unauthenticated', { detail: 'Sign in to vote in this room.' })
    : new PlenumError('forbidden', { detail: 'This needs a voter token.' })
}

/** What is told to a voter who does not have, or has no more, what the room asks for. */
export function notAdmitted (access: Exclude<RoomAccess, 'open'>): PlenumError {
  return new PlenumError('forbidden', {
    detail: access === 'accounts'
      ? 'This account is locked or does not exist any more.'
      : 'This room asks for an access code that this device has redeemed, and that was not revoked.'
  })
}
