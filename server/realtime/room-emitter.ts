import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PollSnapshot } from '../polls/poll-snapshot.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { resultsAudience, type Audience } from '../polls/visibility.ts'
import type { RoomState } from '../protocol/room.ts'
import { isListed } from './join-events.ts'
import { hostsRoom, pollRoom, stageRoom, votedRoom } from './rooms.ts'
import type { SlowReaders } from './slow-readers.ts'
import type { LiveServer, LiveSocket } from './socket-types.ts'

/** One broadcast to 10,000 sockets would stop the event loop for 150 ms; between slices everything else gets its turn. */
const sliceSize = 500

export type RoomEmitter = ReturnType<typeof createRoomEmitter>

/** Sends to this instance's own sockets, each of them only what its viewer may see. */
export function createRoomEmitter ({ io, board, slowReaders }: { io: LiveServer, board: ResultsBoard, slowReaders: SlowReaders }) {
  const { adapter, sockets } = io.of('/')

  function members (rooms: string[]): string[] {
    const [only, ...more] = rooms.map((room) => adapter.rooms.get(room)).filter((ids) => ids !== undefined)
    if (only === undefined) return []
    return more.length === 0 ? Array.from(only) : Array.from(new Set([only, ...more].flatMap((ids) => Array.from(ids))))
  }

  /** Which of these sockets can be written to; for the others `send` is kept until they have caught up. */
  function ready (ids: string[], key: string, send: (socket: LiveSocket) => void): string[] {
    return ids.filter((id) => {
      const socket = sockets.get(id)
      return socket !== undefined && !slowReaders.isBehind(socket, key, () => { send(socket) })
    })
  }

  async function inSlices (ids: string[], emit: (slice: string[]) => boolean): Promise<void> {
    for (let at = 0; at < ids.length; at += sliceSize) {
      if (at > 0) await nextTurn()
      if (!emit(ids.slice(at, at + sliceSize))) return
    }
  }

  /** The newest results to a socket that has caught up, if its viewer may still see them. */
  function resendResults (socket: LiveSocket, pollId: string): void {
    const snapshot = board.peek(pollId)
    if (snapshot === undefined) return
    const mayee = resultsRooms(snapshot, resultsAudience(snapshot.poll)).some((room) => socket.rooms.has(room))
    if (mayee) socket.emit('results', snapshot.results)
  }

  return {
    hasMembers: (room: string) => adapter.rooms.has(room),

    /** The newest results. Each slice takes what is newest at its turn, so nobody is sent an older version than the one joined with. */
    async emitResults (pollId: string): Promise<void> {
      const begun = board.peek(pollId)
      if (begun === undefined) return
      const audience = resultsAudience(begun.poll)
      await inSlices(members(resultsRooms(begun, audience)), (slice) => {
        const snapshot = board.peek(pollId)
        // Hidden, shown or reset in the middle: that change brings a version of its own, and with it the next tick.
        if (snapshot === undefined || resultsAudience(snapshot.poll) !== audience || snapshot.results.round !== begun.results.round) return false
        const ids = ready(slice, `results:${pollId}`, (socket) => { resendResults(socket, pollId) })
        if (ids.length > 0) io.local.to(ids).emit('results', snapshot.results)
        return true
      })
    },

    /** The poll's body: a draft's to its hosts, any other also to the room's audience, which follows it from now on. */
    async emitPoll (pollId: string): Promise<void> {
      const begun = board.peek(pollId)
      if (begun === undefined) return
      const { roomId } = begun.poll
      if (isListed(begun.poll)) {
        for (const id of members([stageRoom(roomId)])) subscribe(sockets.get(id), begun)
      }
      await inSlices(members(pollRooms(begun)), (slice) => {
        const poll = board.peek(pollId)?.poll
        if (poll === undefined || (poll.status === 'draft') !== (begun.poll.status === 'draft')) return false
        const ids = ready(slice, `poll:${pollId}`, (socket) => {
          const newest = board.peek(pollId)
          if (newest !== undefined) socket.emit('poll', newest.poll)
        })
        if (ids.length > 0) io.local.to(ids).emit('poll', poll)
        return true
      })
    },

    emitRemoved (snapshot: PollSnapshot): void {
      const { id, round } = snapshot.poll
      io.local.to(pollRooms(snapshot)).emit('poll:removed', { pollId: id })
      for (const room of [pollRoom(id), hostsRoom(id), votedRoom(id, round)]) io.local.in(room).socketsLeave(room)
    },

    async emitRoom (state: RoomState): Promise<void> {
      await inSlices(members([stageRoom(state.roomId)]), (slice) => {
        // The next one follows within a second of a change, so a slow reader misses nothing by being passed over.
        const ids = ready(slice, `room:${state.roomId}`, (socket) => { socket.emit('room', state) })
        if (ids.length > 0) io.local.to(ids).emit('room', state)
        return true
      })
    }
  }
}

function subscribe (socket: LiveSocket | undefined, { poll, ownerId }: PollSnapshot): void {
  if (socket === undefined || socket.rooms.has(pollRoom(poll.id))) return
  void socket.join(pollRoom(poll.id))
  if (socket.data.host?.userId === ownerId) void socket.join(hostsRoom(poll.id))
}

function pollRooms ({ poll }: PollSnapshot): string[] {
  return poll.status === 'draft' ? [hostsRoom(poll.id)] : [pollRoom(poll.id), stageRoom(poll.roomId)]
}

function resultsRooms ({ poll, results }: PollSnapshot, audience: Audience): string[] {
  switch (audience) {
    case 'everyone': return [pollRoom(poll.id)]
    case 'voted': return [votedRoom(poll.id, results.round), hostsRoom(poll.id)]
    case 'hosts': return [hostsRoom(poll.id)]
    default: return audience satisfies never
  }
}
