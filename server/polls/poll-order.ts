import type { Db } from '../../db/client.ts'
import { listPollIds } from '../../db/poll-store.ts'
import { PlenumError, invalidField } from '../protocol/problem.ts'
import type { PollOrder } from '../protocol/room.ts'
import type { RoomService } from '../rooms/room-service.ts'

/** In the host's order; polls that came after it was chosen follow as they were created. */
export function inOrder<T> (items: readonly T[], idOf: (item: T) => string, order: readonly string[]): T[] {
  const places = new Map(order.map((id, at) => [id, at]))
  const placeOf = (item: T) => places.get(idOf(item)) ?? Infinity
  return items.toSorted((a, b) => placeOf(a) < placeOf(b) || (placeOf(a) === placeOf(b) && idOf(a) < idOf(b)) ? -1 : 1)
}

export type PollOrders = ReturnType<typeof createPollOrders>

/** The order of a room's polls. A change is a revision of the room, with which it reaches all instances. */
export function createPollOrders ({ db, rooms }: { db: Db, rooms: RoomService }) {
  return {
    async read (roomId: string, userId: string): Promise<PollOrder> {
      const { pollOrder } = await rooms.findAs('see', roomId, userId)
      return { pollIds: inOrder(await listPollIds(db, roomId), (id) => id, pollOrder) }
    },

    /** @param pollIds each poll of the room once. Throws conflict for any others: polls have come or gone meanwhile. */
    async set (roomId: string, userId: string, pollIds: readonly string[]): Promise<PollOrder> {
      const order = pollIds.map((id) => id.toLowerCase())
      if (new Set(order).size < order.length) throw invalidField('/pollIds', 'must name each poll once')
      await rooms.changeAs('edit', roomId, userId, async ({ room }, tx) => {
        const known = new Set(await listPollIds(tx, roomId))
        if (known.size !== order.length || !order.every((id) => known.has(id))) throw new PlenumError('conflict', { detail: 'These are not all polls of the room.' })
        return room.pollOrder.join() === order.join() ? undefined : { pollOrder: order }
      })
      return { pollIds: order }
    }
  }
}
