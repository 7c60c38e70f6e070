import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import { replayIdOf } from '../../db/delivery-id.ts'
import { deleteWebhook, findWebhook, insertReplay, insertWebhook, listDeliveries, listWebhooks, type DeliveryRow, type WebhookRow } from '../../db/webhook-store.ts'
import { invalidField, PlenumError } from '../protocol/problem.ts'
import type { CreatedWebhook, Delivery, DeliveryStatus, NewWebhook, Webhook } from '../protocol/webhook.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { findUrlFault } from './address-check.ts'
import { createSecret } from './signature.ts'

export interface WebhookServiceOptions {
  db: Db
  rooms: RoomService
  allowPrivate: boolean
  /** Told what was changed here, so that nothing has to wait until it is found. */
  delivery: { refresh (): Promise<void>, wake (): void }
}

export type WebhookService = ReturnType<typeof createWebhookService>

const maxWebhooksOfRoom = 10
const maxWaitingReplays = 100

/** Webhooks and their deliveries, for the hosts of their rooms. */
export function createWebhookService ({ db, rooms, allowPrivate, delivery }: WebhookServiceOptions) {
  /** Throws room_not_found. */
  async function checkRoom (roomId: string, userId: string): Promise<void> {
    await rooms.findAs('own', roomId, userId)
  }

  /** Throws not_found, also for the webhook of a room that is not this user's. */
  async function findOwn (webhookId: string, userId: string): Promise<WebhookRow> {
    const row = await findWebhook(db, webhookId)
    if (row === undefined) throw new PlenumError('not_found')
    try {
      await checkRoom(row.roomId, userId)
    } catch (error) {
      throw error instanceof PlenumError && error.code === 'room_not_found' ? new PlenumError('not_found') : error
    }
    return row
  }

  return {
    /** Throws validation_failed for an address that is not allowed, conflict when the room has as many as it may. */
    async create (roomId: string, userId: string, { url, events }: NewWebhook): Promise<CreatedWebhook> {
      await checkRoom(roomId, userId)
      const fault = findUrlFault(url, { allowPrivate })
      if (fault !== undefined) throw invalidField('/url', fault)
      const stored = await insertWebhook(db, { id: uuidv7(), roomId, url, events, secret: createSecret() }, maxWebhooksOfRoom)
      if (stored === 'room_gone') throw new PlenumError('room_not_found')
      if (stored === 'full') throw new PlenumError('conflict', { detail: `A room has ${maxWebhooksOfRoom} webhooks at the most.` })
      await delivery.refresh()
      return { ...toWebhook(stored), secret: stored.secret }
    },

    async list (roomId: string, userId: string, page: { before?: string | undefined, limit: number }): Promise<Webhook[]> {
      await checkRoom(roomId, userId)
      return (await listWebhooks(db, { roomId, ...page })).map(toWebhook)
    },

    async find (webhookId: string, userId: string): Promise<Webhook> {
      return toWebhook(await findOwn(webhookId, userId))
    },

    async delete (webhookId: string, userId: string): Promise<void> {
      await findOwn(webhookId, userId)
      await deleteWebhook(db, webhookId)
      await delivery.refresh()
    },

    async listDeliveries (
      webhookId: string, userId: string, page: { status?: DeliveryStatus | undefined, before?: string | undefined, limit: number }
    ): Promise<Delivery[]> {
      await findOwn(webhookId, userId)
      return (await listDeliveries(db, { webhookId, ...page })).map(toDelivery)
    },

    /** Sends the same payload once more, as another message. Throws not_found, conflict while it cannot be sent again. */
    async replay (webhookId: string, deliveryId: string, userId: string): Promise<Delivery> {
      const { disabledAt } = await findOwn(webhookId, userId)
      if (disabledAt !== null) throw new PlenumError('conflict', { detail: 'This webhook is disabled.' })
      const stored = await insertReplay(db, { webhookId, deliveryId, replayId: replayIdOf(uuidv7()), maxWaiting: maxWaitingReplays })
      if (stored === 'unknown') throw new PlenumError('not_found')
      if (stored === 'waiting') throw new PlenumError('conflict', { detail: 'This delivery still waits to be sent.' })
      if (stored === 'full') throw new PlenumError('conflict', { detail: `${maxWaitingReplays} replays of this webhook wait already.` })
      delivery.wake()
      return toDelivery(stored)
    }
  }
}

function toWebhook ({ id, roomId, url, events, createdAt, disabledAt }: WebhookRow): Webhook {
  return { id, roomId, url, events, createdAt: createdAt.toISOString(), disabledAt: disabledAt?.toISOString() ?? null }
}

function toDelivery (row: DeliveryRow): Delivery {
  return {
    id: row.id,
    event: row.event,
    pollId: row.pollId,
    status: row.status,
    attempts: row.attempts,
    responseStatus: row.responseStatus,
    error: row.error,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.status === 'waiting' ? row.nextAttemptAt.toISOString() : null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null
  }
}
