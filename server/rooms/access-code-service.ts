import { randomInt } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { countAccessCodes, insertAccessCodes, listAccessCodes, revokeAccessCode, takeAccessCode, type AccessCodeRow } from '../../db/access-code-store.ts'
import type { Db } from '../../db/client.ts'
import type { IdentityService } from '../identity/identity-service.ts'
import type { KeyedHash } from '../identity/secrets.ts'
import { accessCodeLength, type AccessCode } from '../protocol/access-code.ts'
import type { VoterIdentity } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import { normalizeRoomCode, roomCodeAlphabet, type Room } from '../protocol/room.ts'
import type { RoomService } from './room-service.ts'

export interface AccessCodeServiceOptions {
  db: Db
  rooms: RoomService
  identity: IdentityService
  keyedHash: KeyedHash
}

export interface NewAccessCode { id: string, code: string }

const maxCodes = 50_000

export type AccessCodeService = ReturnType<typeof createAccessCodeService>

/** One-time codes: whoever redeems one becomes its voter, whose id is the code's, and so votes once whatever else the device is. */
export function createAccessCodeService ({ db, rooms, identity, keyedHash }: AccessCodeServiceOptions) {
  return {
    /** The codes are known here only; what is stored is their hashes. Throws conflict for a room that has too many. */
    async create (roomId: string, userId: string, count: number): Promise<{ room: Room, codes: NewAccessCode[] }> {
      const codes = Array.from({ length: count }, () => ({ id: uuidv7(), code: drawCode() }))
      const hashed = codes.map(({ id, code }) => ({ id, codeHash: keyedHash.hash(normalizeRoomCode(code)) }))
      // Under the room's lock for the count, but no revision of the room: nothing that anyone watches has changed.
      const { room } = await rooms.changeAs('edit', roomId, userId, async (_stored, tx) => {
        if (await countAccessCodes(tx, roomId) + count > maxCodes) throw new PlenumError('conflict', { detail: `A room may have ${maxCodes} access codes.` })
        await insertAccessCodes(tx, roomId, hashed)
        return undefined
      })
      return { room, codes }
    },

    /** Newest first. */
    async list (roomId: string, userId: string, page: { before?: string | undefined, limit: number }): Promise<AccessCode[]> {
      await rooms.findAs('see', roomId, userId)
      return (await listAccessCodes(db, roomId, page)).map(toAccessCode)
    },

    /** Its counted ballots stay, and no more are taken. Throws not_found. */
    async revoke (roomId: string, userId: string, id: string): Promise<void> {
      await rooms.findAs('edit', roomId, userId)
      if (!await revokeAccessCode(db, roomId, id)) throw new PlenumError('not_found')
    },

    /**
     * Makes the caller the voter of a code, or says again that it is: also to whom the first answer did not reach, and who so still is the
     * voter that it was. Throws forbidden for a code that was revoked or is another device's.
     * @param voterId of the caller, if it is a voter already
     * @returns undefined for a code that the room does not have: the caller counts these
     */
    async redeem (roomId: string, typed: string, voterId: string | undefined): Promise<{ voter: VoterIdentity, isFirst: boolean } | undefined> {
      const found = await takeAccessCode(db, { roomId, hashes: keyedHash.hashes(normalizeRoomCode(typed)), redeemedBy: voterId })
      if (found === undefined) return undefined
      const { code: { id, redeemedBy, revokedAt }, isTaken } = found
      if (revokedAt !== null) throw new PlenumError('forbidden', { detail: 'This access code was revoked.' })
      const isSameDevice = voterId !== undefined && [id, redeemedBy].includes(voterId)
      if (!isTaken && !isSameDevice) throw new PlenumError('forbidden', { detail: 'This access code was used on another device.' })
      return { voter: identity.identifyVoter(id), isFirst: isTaken }
    }
  }
}

/** The same for whatever is wrong with it. */
export function wrongAccessCode (): PlenumError {
  return new PlenumError('forbidden', { detail: 'This room has no such access code.' })
}

/** In groups of four, as people read them. */
function drawCode (): string {
  const letters = Array.from({ length: accessCodeLength }, () => roomCodeAlphabet[randomInt(roomCodeAlphabet.length)]).join('')
  return letters.replace(/.{4}(?=.)/g, '$&-')
}

function toAccessCode ({ id, createdAt, usedAt, revokedAt }: AccessCodeRow): AccessCode {
  return { id, createdAt: createdAt.toISOString(), usedAt: usedAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null }
}
