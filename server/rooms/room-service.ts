import { randomInt } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { changeRoom, deleteRoom, findRoomByCode, findRooms, insertRoom, listRooms, type RoomRow } from '../../db/room-store.ts'
import { PlenumError } from '../protocol/problem.ts'
import { normalizeRoomCode, roomCodeAlphabet, roomCodeLength, type NewRoom, type RoomEdit } from '../protocol/room.ts'
import { toRoomSnapshot, type RoomBoard, type RoomSnapshot } from './room-board.ts'

export type RoomService = ReturnType<typeof createRoomService>

/** Rooms for their hosts and for those who join. Everything here is told to the room board, from where it goes out. */
export function createRoomService ({ db, board }: { db: Db, board: RoomBoard }) {
  /** A room that this user manages; anybody else's is answered as if it did not exist. */
  async function findOwn (roomId: string, userId: string): Promise<RoomSnapshot> {
    const snapshot = await find(roomId)
    if (snapshot === undefined || snapshot.ownerId !== userId) throw new PlenumError('room_not_found')
    return snapshot
  }

  async function find (roomId: string): Promise<RoomSnapshot | undefined> {
    const held = board.get(roomId)
    if (held !== undefined) return held
    const [row] = await findRooms(db, [roomId])
    return row === undefined ? undefined : keep(row)
  }

  function keep (row: RoomRow, source: 'commit' | 'load' = 'load'): RoomSnapshot {
    board.put(toRoomSnapshot(row), source)
    return board.get(row.id) ?? toRoomSnapshot(row)
  }

  async function change (roomId: string, userId: string, decide: Parameters<typeof changeRoom>[2]): Promise<RoomSnapshot> {
    const row = await changeRoom(db, roomId, (room) => {
      if (room.ownerId !== userId) throw new PlenumError('room_not_found')
      return decide(room)
    })
    if (row === undefined) throw new PlenumError('room_not_found')
    return keep(row, 'commit')
  }

  return {
    find,
    findOwn,

    /** @param typed the code as people type it: in any case, with or without spaces and dashes. Throws room_not_found. */
    async findByCode (typed: string): Promise<RoomSnapshot> {
      const code = normalizeRoomCode(typed)
      const held = board.getByCode(code)
      if (held !== undefined) return held
      const isPossible = code.length === roomCodeLength && Array.from(code).every((letter) => roomCodeAlphabet.includes(letter))
      const row = isPossible ? await findRoomByCode(db, code) : undefined
      if (row === undefined) throw new PlenumError('room_not_found')
      return keep(row)
    },

    async create (userId: string, input: NewRoom): Promise<RoomSnapshot> {
      const id = uuidv7()
      await withFreshCode(async (code) => { await insertRoom(db, { id, code, title: input.title, ownerId: userId }) })
      return await findOwn(id, userId)
    },

    async list (userId: string, page: { before?: string | undefined, limit: number }): Promise<RoomSnapshot[]> {
      const rows = await listRooms(db, { ownerId: userId, ...page })
      return rows.map(toRoomSnapshot)
    },

    async edit (roomId: string, userId: string, edit: RoomEdit): Promise<RoomSnapshot> {
      return await change(roomId, userId, (room) =>
        edit.title === undefined || edit.title === room.title ? undefined : { title: edit.title })
    },

    /** Puts a poll of this room, or nothing, on the audience's and the projector's screens. The caller has checked the poll. */
    async setStage (roomId: string, userId: string, pollId: string | null): Promise<RoomSnapshot> {
      return await change(roomId, userId, (room) => room.currentPollId === pollId ? undefined : { currentPollId: pollId })
    },

    /** The caller tells those who watch its polls. */
    async delete (roomId: string, userId: string): Promise<void> {
      await findOwn(roomId, userId)
      await deleteRoom(db, roomId)
      board.remove(roomId)
    },

    /** Reads the room again after a change that did not go through here. */
    async refresh (roomId: string): Promise<void> {
      const [row] = await findRooms(db, [roomId])
      if (row === undefined) board.remove(roomId)
      else keep(row, 'commit')
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
