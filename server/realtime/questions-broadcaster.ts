import { jsonOf } from '../polls/encoding.ts'
import type { QuestionBoard, QuestionsSnapshot } from '../questions/question-board.ts'
import type { RoomBoard, RoomSnapshot } from '../rooms/room-board.ts'
import { managesRoom } from '../rooms/staff.ts'
import type { Hint } from './hint.ts'
import { encodeEvent } from './encoded-event.ts'
import type { createRoomEmitter } from './room-emitter.ts'
import { questionHostsRoom, questionsRoom } from './rooms.ts'
import type { LiveServer, LiveSocket } from './socket-types.ts'
import { createTicker } from './ticker.ts'

/** Five frames a second and room at the most: each is the whole state, which is read again for it. */
const broadcastIntervalMs = 200
const maxIntervalMs = 800
/** What the frames of a room may take of the network by and large: 20 MB a second. */
const bytesPerMs = 20_000

/** How long after a frame the next one may leave: the longer, the more it is that all frames of a room are together. */
export function frameIntervalMs (frameBytes: number, members: number): number {
  return Math.min(maxIntervalMs, Math.max(broadcastIntervalMs, Math.round(frameBytes * members / bytesPerMs)))
}

export interface QuestionsBroadcasterOptions {
  io: LiveServer
  board: QuestionBoard
  rooms: RoomBoard
  emitter: Pick<ReturnType<typeof createRoomEmitter>, 'members' | 'send' | 'hasMembers'>
  publish: (hint: Hint) => void
  onError: (error: unknown, sentence: string) => void
}

export type QuestionsBroadcaster = ReturnType<typeof startQuestionsBroadcaster>

/**
 * Carries the newest questions of a room to whoever is in it here. What is told, by a commit here, by another instance or by the comparison
 * with the database, is only that there is a newer version: the text is read from the database (R3, R4).
 */
export function startQuestionsBroadcaster ({ io, board, rooms, emitter, publish, onError }: QuestionsBroadcasterOptions) {
  const { sockets } = io.of('/')
  const shown = new Map<string, number>()
  const told = new Map<string, number>()

  async function show (roomId: string): Promise<void> {
    const snapshot = await board.refresh(roomId)
    if (snapshot === undefined || (shown.get(roomId) ?? 0) >= snapshot.version) return
    shown.set(roomId, snapshot.version)
    const staff = emitter.members([questionHostsRoom(roomId)])
    const isStaff = new Set(staff)
    const audience = emitter.members([questionsRoom(roomId)]).filter((id) => !isStaff.has(id))
    await Promise.all([send(roomId, staff, (newest) => newest.staff), send(roomId, audience, (newest) => newest.audience)])
  }

  async function send (roomId: string, ids: string[], bodyOf: (snapshot: QuestionsSnapshot) => QuestionsSnapshot['staff']): Promise<void> {
    const resend = (socket: LiveSocket) => {
      const newest = board.peek(roomId)
      if (newest !== undefined) socket.emit('questions', socket.rooms.has(questionHostsRoom(roomId)) ? newest.staff : newest.audience)
    }
    await emitter.send(ids, `questions:${roomId}`, () => {
      const newest = board.peek(roomId)
      return newest === undefined ? undefined : encodeEvent('questions', jsonOf(bodyOf(newest)))
    }, resend)
  }

  function intervalOf (roomId: string): number {
    const newest = board.peek(roomId)
    return newest === undefined ? broadcastIntervalMs : frameIntervalMs(Buffer.byteLength(jsonOf(newest.audience)), emitter.members([questionsRoom(roomId)]).length)
  }

  const ticker = createTicker(intervalOf, async (roomId) => {
    if (!emitter.hasMembers(questionsRoom(roomId))) {
      // What is held may be old from now on, and nobody is there to be told later.
      shown.delete(roomId)
      board.forget(roomId)
      return
    }
    try {
      await show(roomId)
    } catch (error) {
      // The comparison with the database finds it again.
      onError(error, 'questions could not be sent out')
    }
  })
  const hints = createTicker(broadcastIntervalMs, (roomId) => {
    const version = told.get(roomId)
    told.delete(roomId)
    if (version !== undefined) publish({ type: 'questions', roomId, version })
  })

  /** Told by another instance, or found in the database. */
  function heard (roomId: string, version: number): void {
    const held = board.peek(roomId)
    if (held === undefined || Math.min(held.version, shown.get(roomId) ?? held.version) < version) ticker.touch(roomId)
  }

  return {
    /** Committed here. */
    changed (roomId: string, version: number): void {
      told.set(roomId, Math.max(version, told.get(roomId) ?? 0))
      hints.touch(roomId)
      ticker.touch(roomId)
    },

    heard,

    /** What the comparison with the database found, of every room that is held. */
    compare (versions: { id: string, questionsVersion: number }[]): void {
      board.keepOnly((roomId) => rooms.peek(roomId) !== undefined)
      for (const roomId of shown.keys()) {
        if (board.peek(roomId) === undefined) shown.delete(roomId)
      }
      for (const { id, questionsVersion } of versions) {
        if (board.peek(id) !== undefined) heard(id, questionsVersion)
      }
    },

    /** A newer revision of the room: who manages it no longer stays as one of the audience, and its mode may be another. */
    follow ({ room: { id: roomId, questionsMode }, staff }: RoomSnapshot): void {
      const held = board.peek(roomId)
      if (held !== undefined && held.audience.mode !== questionsMode) ticker.touch(roomId)
      for (const id of emitter.members([questionHostsRoom(roomId)])) {
        const socket = sockets.get(id)
        if (socket !== undefined && !managesRoom(staff, socket.data.host?.userId)) void socket.leave(questionHostsRoom(roomId))
      }
    },

    stop (): void {
      ticker.stop()
      hints.stop()
    }
  }
}
