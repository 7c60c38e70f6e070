import type { RoomBoard } from '../rooms/room-board.ts'
import { roomStateOf, type RoomState } from '../protocol/room.ts'
import { stageRoom } from './rooms.ts'
import { isAudience, type LiveServer } from './socket-types.ts'

export interface PresenceOptions {
  io: LiveServer
  rooms: RoomBoard
  instanceId: string
  /** Tells this instance's own count to the others. */
  announce: (present: { roomId: string, instanceId: string, count: number }) => void
  emitRoom: (roomId: string, newest: () => RoomState | undefined) => void
}

const intervalMs = 1000
// Counts are told again this often, so that an instance that went away without a word is forgotten after two rounds.
const repeatMs = 5000
const forgetMs = 2 * repeatMs + intervalMs

export type Presence = ReturnType<typeof createPresence>

/** How many people of the audience are connected to a room, over all instances. Those who manage the room and projectors do not count. */
export function createPresence ({ io, rooms, instanceId, announce, emitRoom }: PresenceOptions) {
  const { adapter, sockets } = io.of('/')
  const remote = new Map<string, Map<string, { count: number, at: number }>>()
  const told = new Map<string, { count: number, at: number }>()
  const shown = new Map<string, { present: number, revision: number }>()

  function localCount (roomId: string): number {
    const staff = rooms.peek(roomId)?.staff
    let count = 0
    for (const id of adapter.rooms.get(stageRoom(roomId)) ?? []) {
      const socket = sockets.get(id)
      if (socket !== undefined && isAudience(socket, staff)) count += 1
    }
    return count
  }

  function total (roomId: string): number {
    let count = localCount(roomId)
    for (const other of remote.get(roomId)?.values() ?? []) count += other.count
    return count
  }

  function show (roomId: string): void {
    const room = rooms.peek(roomId)?.room
    if (room === undefined) return
    const present = total(roomId)
    const last = shown.get(roomId)
    if (last?.present === present && last.revision === room.revision) return
    shown.set(roomId, { present, revision: room.revision })
    emitRoom(roomId, () => stateOf(roomId))
  }

  function stateOf (roomId: string): RoomState | undefined {
    const [room, last] = [rooms.peek(roomId)?.room, shown.get(roomId)]
    return room === undefined || last === undefined ? undefined : roomStateOf(room, last.present)
  }

  function tell (roomId: string): void {
    const count = localCount(roomId)
    const last = told.get(roomId)
    const isDue = last === undefined || last.count !== count || last.at < Date.now() - repeatMs
    if (!isDue) return
    if (count === 0) told.delete(roomId)
    else told.set(roomId, { count, at: Date.now() })
    if (count > 0 || (last?.count ?? 0) > 0) announce({ roomId, instanceId, count })
  }

  /** Instances that went away without a word. */
  function forgetSilent (): void {
    const before = Date.now() - forgetMs
    for (const [roomId, counts] of remote) {
      for (const [from, { at }] of counts) if (at <= before) counts.delete(from)
      if (counts.size === 0) remote.delete(roomId)
    }
  }

  const timer = setInterval(() => {
    forgetSilent()
    const watched = Array.from(adapter.rooms.keys()).filter((name) => name.startsWith('room:')).map((name) => name.slice('room:'.length))
    for (const roomId of new Set([...watched, ...told.keys()])) tell(roomId)
    for (const roomId of watched) show(roomId)
    const isWatched = new Set(watched)
    for (const roomId of shown.keys()) {
      if (!isWatched.has(roomId)) shown.delete(roomId)
    }
  }, intervalMs)
  timer.unref()

  return {
    /** Connections of the audience to this room, over all instances. */
    count: total,
    /** What was told last; undefined before the first time. */
    toldIn: (roomId: string): number | undefined => shown.get(roomId)?.present,
    /** The stage changed: told at once, with the count as it is. */
    show,
    hear ({ roomId, instanceId: from, count }: { roomId: string, instanceId: string, count: number }): void {
      if (from === instanceId) return
      const counts = remote.get(roomId) ?? new Map<string, { count: number, at: number }>()
      if (count === 0) counts.delete(from)
      else counts.set(from, { count, at: Date.now() })
      if (counts.size === 0) remote.delete(roomId)
      else remote.set(roomId, counts)
    },
    stop (): void { clearInterval(timer) }
  }
}
