import { randomInt } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { changeRoom, deleteRoom, findRoomByCode, findRooms, insertRoom, listOwnRoomIds, listRooms, type StoredRoom } from '../../db/room-store.ts'
import { PlenumError } from '../protocol/problem.ts'
import { normalizeRoomCode, roomCodeAlphabet, roomCodeLength, type NewRoom, type RoomEdit } from '../protocol/room.ts'
import { differenceOf, readRoomEdit } from './room-edit.ts'
import { toRoomSnapshot, type RoomBoard, type RoomSnapshot } from './room-board.ts'
import { requirePermission, type Permission } from './staff.ts'

type RoomDecision = Parameters<typeof changeRoom>[2]

export type RoomService = ReturnType<typeof createRoomService>

/** Rooms for their hosts and for those who join. Everything here is told to the room board, from where it goes out. */
export function createRoomService ({ db, board }: { db: Db, board: RoomBoard }) {
  /** A room in which this user has the permission. Throws room_not_found where the user sees nothing, forbidden where only this is too much. */
  async function findAs (permission: Permission, roomId: string, userId: string): Promise<RoomSnapshot> {
    const snapshot = await find(roomId)
    if (snapshot === undefined) throw new PlenumError('room_not_found')
    requirePermission(permission, snapshot.staff, userId, 'room_not_found')
    return snapshot
  }

  async function find (roomId: string): Promise<RoomSnapshot | undefined> {
    const held = board.get(roomId)
    if (held !== undefined) return held
    const [stored] = await findRooms(db, [roomId])
    return stored === undefined ? undefined : keep(stored)
  }

  function keep (stored: StoredRoom, source: 'commit' | 'load' = 'load'): RoomSnapshot {
    const snapshot = toRoomSnapshot(stored)
    board.put(snapshot, source)
    return board.get(snapshot.room.id) ?? snapshot
  }

  /** Changes a room under its lock. Throws room_not_found. */
  async function change (roomId: string, decide: RoomDecision): Promise<RoomSnapshot> {
    const changed = await changeRoom(db, roomId, decide)
    if (changed === undefined) throw new PlenumError('room_not_found')
    return keep(changed, 'commit')
  }

  /** The same for a user, with the permission that storage knows then, not what is held here. */
  async function changeAs (permission: Permission, roomId: string, userId: string, decide: RoomDecision): Promise<RoomSnapshot> {
    return await change(roomId, (stored, tx) => {
      requirePermission(permission, stored.staff, userId, 'room_not_found')
      return decide(stored, tx)
    })
  }

  return {
    find,
    findAs,
    change,
    changeAs,

    /** @param typed the code as people type it: in any case, with or without spaces and dashes. Throws room_not_found. */
    async findByCode (typed: string): Promise<RoomSnapshot> {
      const code = normalizeRoomCode(typed)
      const held = board.getByCode(code)
      if (held !== undefined) return held
      const isPossible = code.length === roomCodeLength && Array.from(code).every((letter) => roomCodeAlphabet.includes(letter))
      const stored = isPossible ? await findRoomByCode(db, code) : undefined
      if (stored === undefined) throw new PlenumError('room_not_found')
      return keep(stored)
    },

    async create (userId: string, input: NewRoom): Promise<RoomSnapshot> {
      const id = uuidv7()
      await withFreshCode(async (code) => { await insertRoom(db, { id, code, ...input, ownerId: userId }) })
      return await findAs('see', id, userId)
    },

    async list (userId: string, page: { before?: string | undefined, limit: number }): Promise<RoomSnapshot[]> {
      const stored = await listRooms(db, { userId, ...page })
      return stored.map(toRoomSnapshot)
    },

    async edit (roomId: string, userId: string, edit: RoomEdit): Promise<RoomSnapshot> {
      const wanted = readRoomEdit(edit)
      return await changeAs('edit', roomId, userId, ({ room }) => {
        const change = differenceOf(wanted, room)
        return Object.keys(change).length === 0 ? undefined : change
      })
    },

    /** Puts a poll of this room, or nothing, on the audience's and the projector's screens. The caller has checked the poll. */
    async setStage (roomId: string, userId: string, pollId: string | null): Promise<RoomSnapshot> {
      return await changeAs('run', roomId, userId, ({ room }) => room.currentPollId === pollId ? undefined : { currentPollId: pollId })
    },

    listOwnIds: async (userId: string): Promise<string[]> => await listOwnRoomIds(db, userId),

    /** The caller tells those who watch its polls. */
    async delete (roomId: string, userId: string): Promise<void> {
      await findAs('own', roomId, userId)
      await deleteRoom(db, roomId)
      board.remove(roomId)
    },

    /** Reads the room again after a change that did not go through here. */
    async refresh (roomId: string): Promise<void> {
      const [stored] = await findRooms(db, [roomId])
      if (stored === undefined) board.remove(roomId)
      else keep(stored, 'commit')
    }
  }
}

/** Tries codes until one is free. With 28^6 codes a second try is rare, an eighth means that something else is wrong. */
export async function withFreshCode (store: (code: string) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const code = Array.from({ length: roomCodeLength }, () => roomCodeAlphabet[randomInt(roomCodeAlphabet.length)]).join('')
    try {
      await store(code)
      return
    } catch (error) {
      if (attempt === 8 || !isUniqueViolation(error, 'rooms_code_key')) throw error
    }
  }
}
