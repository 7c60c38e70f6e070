import type { Db } from '../../db/client.ts'
import { banParticipant, listBanned, unbanParticipant } from '../../db/participant-store.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { BannedVoter, BlockedWords } from '../protocol/response.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { foldBlockedWords, readableWords } from './word-filter.ts'

export type ModerationService = ReturnType<typeof createModerationService>

// They travel with the room.
const maxBanned = 1000

/** Whom and what a room keeps out. A ban and a blocked word concern what comes from then on; what is counted stays until it is reviewed. */
export function createModerationService ({ db, rooms }: { db: Db, rooms: RoomService }) {
  return {
    async readBlockedWords (roomId: string, userId: string): Promise<BlockedWords> {
      return { words: readableWords((await rooms.findAs('see', roomId, userId)).staff.blockedWords) }
    },

    /** Takes the place of the whole list. Throws validation_failed for a word without anything to read. */
    async setBlockedWords (roomId: string, userId: string, { words }: BlockedWords): Promise<BlockedWords> {
      const blockedWords = foldBlockedWords(words)
      const { staff } = await rooms.changeAs('run', roomId, userId, ({ staff }) => staff.blockedWords.join('\n') === blockedWords.join('\n') ? undefined : { blockedWords })
      return { words: staff.blockedWords }
    },

    async listBanned (roomId: string, userId: string): Promise<BannedVoter[]> {
      await rooms.findAs('see', roomId, userId)
      return (await listBanned(db, roomId, maxBanned)).map(({ voterId, bannedAt }) => ({ voterId, bannedAt: bannedAt.toISOString() }))
    },

    async ban (roomId: string, userId: string, voterId: string): Promise<void> {
      await rooms.changeAs('run', roomId, userId, async ({ staff }, tx) => {
        if (staff.banned.includes(voterId)) return undefined
        if (staff.banned.length >= maxBanned) throw new PlenumError('conflict', { detail: `A room may keep out ${maxBanned} voters; one-time codes or accounts keep out everyone who is not invited.` })
        await banParticipant(tx, roomId, voterId)
        return {}
      })
    },

    async unban (roomId: string, userId: string, voterId: string): Promise<void> {
      await rooms.changeAs('run', roomId, userId, async ({ staff }, tx) => {
        if (!staff.banned.includes(voterId)) return undefined
        await unbanParticipant(tx, roomId, voterId)
        return {}
      })
    }
  }
}
