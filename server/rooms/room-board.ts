import type { StoredRoom } from '../../db/room-store.ts'
import type { JoinedRoom, Room } from '../protocol/room.ts'
import type { Staff } from './staff.ts'

/** A room as it is held in memory. The body is shared: never change it. */
export interface RoomSnapshot {
  readonly room: Room
  readonly staff: Staff
  /** Ids of its polls in the host's order; newer ones are not in it. */
  readonly pollOrder: string[]
}

export function toRoomSnapshot ({ room: row, staff }: StoredRoom): RoomSnapshot {
  const { id, code, title, currentPollId, access, questionsMode, accent, embedOrigins, revision, createdAt, updatedAt } = row
  return {
    staff,
    pollOrder: row.pollOrder,
    room: {
      id,
      code,
      title,
      currentPollId,
      access,
      questionsMode,
      ...(accent === null ? {} : { accent }),
      ...(embedOrigins.length === 0 ? {} : { embedOrigins }),
      revision,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString()
    }
  }
}

export function toJoinedRoom ({ id, code, title, currentPollId, access, questionsMode, accent, revision }: Room): JoinedRoom {
  return { id, code, title, currentPollId, access, questionsMode, ...(accent === undefined ? {} : { accent }), revision }
}

export type RoomBoard = ReturnType<typeof createRoomBoard>
export type RoomListener = (snapshot: RoomSnapshot, source: 'commit' | 'hint' | 'load') => void

/** The newest revision of every room that this instance has to do with; an older one never replaces it (R3). */
export function createRoomBoard () {
  const rooms = new Map<string, { snapshot: RoomSnapshot, usedAt: number }>()
  const idsByCode = new Map<string, string>()
  const listeners: RoomListener[] = []

  function get (roomId: string): RoomSnapshot | undefined {
    const held = rooms.get(roomId)
    if (held === undefined) return undefined
    held.usedAt = Date.now()
    return held.snapshot
  }

  function remove (roomId: string): void {
    const held = rooms.get(roomId)
    if (held === undefined) return
    rooms.delete(roomId)
    idsByCode.delete(held.snapshot.room.code)
  }

  return {
    get,
    /** Like get, without counting as use. */
    peek: (roomId: string) => rooms.get(roomId)?.snapshot,
    getByCode: (code: string) => get(idsByCode.get(code) ?? ''),
    put (snapshot: RoomSnapshot, source: Parameters<RoomListener>[1]): void {
      const held = rooms.get(snapshot.room.id)
      if (held !== undefined && held.snapshot.room.revision >= snapshot.room.revision) return
      rooms.set(snapshot.room.id, { snapshot, usedAt: held?.usedAt ?? Date.now() })
      idsByCode.set(snapshot.room.code, snapshot.room.id)
      for (const listener of listeners) listener(snapshot, source)
    },
    remove,
    /** Frees what nobody watches and nobody asked for during `idleMs`. */
    evictIdle (idleMs: number, isWatched: (roomId: string) => boolean): void {
      for (const [roomId, { usedAt }] of rooms) {
        if (usedAt < Date.now() - idleMs && !isWatched(roomId)) remove(roomId)
      }
    },
    subscribe: (listener: RoomListener) => { listeners.push(listener) },
    ids: () => Array.from(rooms.keys())
  }
}
