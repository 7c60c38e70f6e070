import { isFlagged } from '../moderation/word-filter.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionsMode } from '../protocol/room.ts'
import type { Staff } from '../rooms/staff.ts'

interface RoomRules { mode: QuestionsMode, staff: Pick<Staff, 'banned' | 'blockedWords'> }

/** Throws conflict where the room takes no questions, forbidden for a voter that is kept out. */
export function requireParticipant ({ mode, staff }: RoomRules, voterId: string): void {
  if (mode === 'off') throw new PlenumError('conflict', { detail: 'This room takes no questions.' })
  if (staff.banned.includes(voterId)) throw new PlenumError('forbidden', { detail: 'A moderator of this room has excluded this device from taking part.' })
}

/** Whether what a voter wrote is shown at once or waits for a moderator. */
export function admitText ({ mode, staff }: RoomRules, ...texts: string[]): 'open' | 'pending' {
  return mode === 'pre' || texts.some((text) => isFlagged(text, staff)) ? 'pending' : 'open'
}
