import { setImmediate as nextTurn } from 'node:timers/promises'
import { hostBodyOf, type PollSnapshot } from '../polls/poll-snapshot.ts'
import { bodyFor } from '../polls/poll-views.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { jsonOf } from '../polls/encoding.ts'
import { resultsAudience, type Audience } from '../polls/visibility.ts'
import type { RoomState } from '../protocol/room.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import { managesRoom, seesAsStaff } from '../rooms/staff.ts'
import { encodeEvent, sendEncoded, type EncodedEvent } from './encoded-event.ts'
import { isListed } from './join-events.ts'
import { hostsRoom, pollRoom, stageRoom, votedRoom } from './rooms.ts'
import type { SlowReaders } from './slow-readers.ts'
import { onlookerOf, type LiveServer, type LiveSocket } from './socket-types.ts'

/** One broadcast to 10,000 sockets would stop the event loop for 150 ms; between slices everything else gets its turn. */
const sliceSize = 250

/** Sends to this instance's own sockets, each of them only what its viewer may see. */
export function createRoomEmitter ({ io, board, slowReaders }: { io: LiveServer, board: ResultsBoard, slowReaders: SlowReaders }) {
  const { adapter, sockets } = io.of('/')

  function members (rooms: string[]): string[] {
    const [only, ...more] = rooms.map((room) => adapter.rooms.get(room)).filter((ids) => ids !== undefined)
    if (only === undefined) return []
    return more.length === 0 ? Array.from(only) : Array.from(new Set([only, ...more].flatMap((ids) => Array.from(ids))))
  }

  /**
   * Sends to these sockets in slices. Each slice takes what is newest at its turn, so nobody is sent an older state than the one joined
   * with; undefined ends it. A socket that is behind gets what is newest when it has caught up.
   */
  async function send (ids: string[], key: string, newest: () => EncodedEvent | undefined, resend: (socket: LiveSocket) => void): Promise<void> {
    for (let at = 0; at < ids.length; at += sliceSize) {
      if (at > 0) await nextTurn()
      const event = newest()
      if (event === undefined) return
      for (const id of ids.slice(at, at + sliceSize)) {
        const socket = sockets.get(id)
        if (socket === undefined) continue
        if (slowReaders.isBehind(socket)) slowReaders.defer(socket, key, () => { resend(socket) })
        else sendEncoded(socket, event)
      }
    }
  }

  /** The newest results to a socket that has caught up, if its viewer may still see them. */
  function resendResults (socket: LiveSocket, pollId: string): void {
    const snapshot = board.peek(pollId)
    if (snapshot === undefined) return
    const maySee = resultsRooms(snapshot, resultsAudience(snapshot.poll)).some((room) => socket.rooms.has(room))
    if (maySee) socket.emit('results', snapshot.results)
  }

  return {
    members,
    send,
    hasMembers: (room: string) => adapter.rooms.has(room),

    async emitResults (pollId: string): Promise<void> {
      const begun = board.peek(pollId)
      if (begun === undefined) return
      const audience = resultsAudience(begun.poll)
      await send(members(resultsRooms(begun, audience)), `results:${pollId}`, () => {
        const snapshot = board.peek(pollId)
        // Hidden, shown or reset in the middle: that change brings a version of its own, and with it the next tick.
        if (snapshot === undefined || resultsAudience(snapshot.poll) !== audience || snapshot.results.round !== begun.results.round) return undefined
        return encode('results', snapshot.results)
      }, (socket) => { resendResults(socket, pollId) })
    },

    /** The poll's body: a draft's to its hosts, any other also to the room's audience, which follows it from now on. */
    async emitPoll (pollId: string): Promise<void> {
      const begun = board.peek(pollId)
      if (begun === undefined) return
      if (isListed(begun.poll)) {
        for (const id of members([stageRoom(begun.poll.roomId)])) subscribe(sockets.get(id), begun)
      }
      const ids = members(pollRooms(begun))
      const resend = (socket: LiveSocket) => {
        const snapshot = board.peek(pollId)
        if (snapshot !== undefined) socket.emit('poll', bodyFor(snapshot, onlookerOf(socket)))
      }
      const sendBody = async (some: string[], bodyOf: (snapshot: PollSnapshot) => Poll) => {
        await send(some, `poll:${pollId}`, () => {
          const snapshot = board.peek(pollId)
          if (snapshot === undefined || (snapshot.poll.status === 'draft') !== (begun.poll.status === 'draft')) return undefined
          return encode('poll', bodyOf(snapshot))
        }, resend)
      }
      if (begun.secret === null) {
        await sendBody(ids, ({ poll }) => poll)
      } else {
        const managing = new Set(members([hostsRoom(pollId)]).filter((id) => managesRoom(begun.staff, sockets.get(id)?.data.host?.userId)))
        await sendBody(Array.from(managing), hostBodyOf)
        await sendBody(ids.filter((id) => !managing.has(id)), ({ poll }) => poll)
      }
    },

    emitRemoved (snapshot: PollSnapshot): void {
      const { id, round } = snapshot.poll
      io.local.to(pollRooms(snapshot)).emit('poll:removed', { pollId: id })
      for (const room of [pollRoom(id), hostsRoom(id), votedRoom(id, round, 'open'), votedRoom(id, round, 'accounts')]) io.local.in(room).socketsLeave(room)
    },

    /** Who does not see what hosts see any more stays as one of the audience. */
    dropStrangers ({ poll, staff }: PollSnapshot): void {
      for (const id of members([hostsRoom(poll.id)])) {
        const socket = sockets.get(id)
        if (socket !== undefined && !seesAsStaff(staff, onlookerOf(socket))) void socket.leave(hostsRoom(poll.id))
      }
    },

    async emitRoom (roomId: string, newest: () => RoomState | undefined): Promise<void> {
      await send(members([stageRoom(roomId)]), `room:${roomId}`, () => {
        const state = newest()
        return state === undefined ? undefined : encodeEvent('room', JSON.stringify(state))
      }, (socket) => {
        const state = newest()
        if (state !== undefined) socket.emit('room', state)
      })
    }
  }
}

let last: { of: Poll | Results, event: EncodedEvent } | undefined

/** One after the other, slices mostly send the same. */
function encode (type: 'poll' | 'results', body: Poll | Results): EncodedEvent {
  if (last?.of !== body) last = { of: body, event: encodeEvent(type, jsonOf(body)) }
  return last.event
}

function subscribe (socket: LiveSocket | undefined, { poll, staff }: PollSnapshot): void {
  if (socket === undefined || socket.rooms.has(pollRoom(poll.id))) return
  void socket.join(pollRoom(poll.id))
  if (seesAsStaff(staff, onlookerOf(socket))) void socket.join(hostsRoom(poll.id))
}

function pollRooms ({ poll }: PollSnapshot): string[] {
  return poll.status === 'draft' ? [hostsRoom(poll.id)] : [pollRoom(poll.id), stageRoom(poll.roomId)]
}

function resultsRooms ({ poll, results, staff }: PollSnapshot, audience: Audience): string[] {
  switch (audience) {
    case 'everyone': return [pollRoom(poll.id)]
    case 'voted': return [votedRoom(poll.id, results.round, staff.access), hostsRoom(poll.id)]
    case 'hosts': return [hostsRoom(poll.id)]
    default: return audience satisfies never
  }
}
