import type { ResultsBoard } from '../polls/results-board.ts'
import { managesRoom } from '../rooms/staff.ts'
import type { Hint } from './hint.ts'
import type { createRoomEmitter } from './room-emitter.ts'
import { hostsRoom } from './rooms.ts'
import type { LiveServer } from './socket-types.ts'
import { createTicker } from './ticker.ts'

/** Whoever is told reads the list again. */
const intervalMs = 1000

export interface SuggestionsTellerOptions {
  io: LiveServer
  board: ResultsBoard
  emitter: Pick<ReturnType<typeof createRoomEmitter>, 'members'>
  publish: (hint: Hint) => void
}

export type SuggestionsTeller = ReturnType<typeof createSuggestionsTeller>

/** Tells those who manage a room by their account that what voters suggested is not what it was; a presenter link does not moderate. */
export function createSuggestionsTeller ({ io, board, emitter, publish }: SuggestionsTellerOptions) {
  const { sockets } = io.of('/')

  function tell (pollId: string): void {
    const staff = board.peek(pollId)?.staff
    for (const id of emitter.members([hostsRoom(pollId)])) {
      const socket = sockets.get(id)
      if (staff !== undefined && managesRoom(staff, socket?.data.host?.userId)) socket?.emit('suggestions', { pollId })
    }
  }

  const ticker = createTicker(intervalMs, (pollId) => {
    tell(pollId)
    publish({ type: 'suggestions', pollId })
  })

  return {
    /** Committed here. */
    changed: ticker.touch,

    /** Told by another instance. */
    heard: tell,

    stop: ticker.stop
  }
}
