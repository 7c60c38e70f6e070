import { normalizeRoomCode, type RoomAccess } from '../../server/protocol/room.ts'
import type { KeyValueStorage } from './storage.ts'

const sharedKey = 'plenum.voterToken'

/** Who this device votes as in one room: everywhere the same voter, but in each room with codes one of its own, as each code is a voter. */
export interface VoterTokens {
  read: () => string | null
  keep: (token: string, access: RoomAccess) => void
  /** The server does not take the token that was read. */
  drop: () => void
  /** Whether this voter is that of a code which this device has redeemed here. */
  isRedeemed: (voterId: string) => boolean
  keepRedeemed: (voterId: string) => void
}

export function createVoterTokens (roomCode: string, storage: KeyValueStorage): VoterTokens {
  const code = normalizeRoomCode(roomCode)
  const ownKey = `${sharedKey}.${code}`
  const redeemedKey = `plenum.redeemed.${code}`
  const currentKey = () => storage.getItem(ownKey) === null ? sharedKey : ownKey
  return {
    read: () => storage.getItem(currentKey()),
    // A room that asks for codes no more goes on with the voter that has voted in it.
    keep: (token, access) => storage.setItem(access === 'codes' ? ownKey : currentKey(), token),
    drop: () => storage.removeItem(currentKey()),
    isRedeemed: (voterId) => voterId !== '' && storage.getItem(redeemedKey) === voterId,
    keepRedeemed: (voterId) => storage.setItem(redeemedKey, voterId)
  }
}

/** A token is renewed now and then; the voter's id, the one UUID in it, stays. */
export function voterIdOf (voterToken: string): string {
  return /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/.exec(voterToken)?.[0] ?? voterToken
}
