import { setTimeout as delay } from 'node:timers/promises'
import { PlenumError } from '../protocol/problem.ts'
import type { RoomSnapshot } from './room-board.ts'
import type { RoomService } from './room-service.ts'

export interface RoomFinderOptions {
  rooms: RoomService
  /** Counts one more code that no room has. Throws rate_limited when there were many from this address. */
  countWrongCode: (address: string) => Promise<void>
}

const delayMs = 1000
// Answers that wait cost memory: beyond it wrong codes are refused at once.
const maxWaiting = 1000

export type FindRoom = (typed: string, address: string) => Promise<RoomSnapshot>

/**
 * Finds rooms for whoever types a code. A hall shares one address, so that of many wrong codes the answer comes late, and a right one
 * never does. Throws room_not_found, and rate_limited when too many wait.
 */
export function createRoomFinder ({ rooms, countWrongCode }: RoomFinderOptions): FindRoom {
  let waiting = 0

  async function hold (): Promise<void> {
    if (waiting >= maxWaiting) throw new PlenumError('rate_limited', { retryAfterMs: delayMs })
    waiting += 1
    await delay(delayMs)
    waiting -= 1
  }

  return async (typed, address) => {
    try {
      return await rooms.findByCode(typed)
    } catch (error) {
      if (!(error instanceof PlenumError) || error.code !== 'room_not_found') throw error
      await countWrongCode(address).catch(hold)
      throw error
    }
  }
}
