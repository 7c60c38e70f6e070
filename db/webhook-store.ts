import { and, desc, eq, isNull, lt, sql, type InferSelectModel } from 'drizzle-orm'
import type { DeliveryStatus } from '../server/protocol/webhook.ts'
import type { Db } from './client.ts'
import { isReplay } from './delivery-id.ts'
import { rooms, webhookDeliveries, webhooks } from './schema.ts'

export type WebhookRow = InferSelectModel<typeof webhooks>
export type DeliveryRow = Omit<InferSelectModel<typeof webhookDeliveries>, 'payload'>

export async function insertWebhook (
  db: Db, row: Pick<WebhookRow, 'id' | 'roomId' | 'url' | 'events' | 'secret'>, maxOfRoom: number
): Promise<WebhookRow | 'full' | 'room_gone'> {
  return await db.transaction(async (tx) => {
    // The room's lock keeps two at once from both being the last that fits.
    const [room] = await tx.select({ id: rooms.id }).from(rooms).where(eq(rooms.id, row.roomId)).for('update')
    if (room === undefined) return 'room_gone'
    if (await tx.$count(webhooks, eq(webhooks.roomId, row.roomId)) >= maxOfRoom) return 'full'
    const [stored] = await tx.insert(webhooks).values(row).returning()
    return stored ?? 'room_gone'
  })
}

/** Newest first. */
export async function listWebhooks (db: Db, filter: { roomId: string, before?: string | undefined, limit: number }): Promise<WebhookRow[]> {
  return await db.select().from(webhooks)
    .where(and(eq(webhooks.roomId, filter.roomId), filter.before === undefined ? undefined : lt(webhooks.id, filter.before)))
    .orderBy(desc(webhooks.id)).limit(filter.limit)
}

export async function findWebhook (db: Db, webhookId: string): Promise<WebhookRow | undefined> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, webhookId))
  return row
}

/** Deletes it with its deliveries. */
export async function deleteWebhook (db: Db, webhookId: string): Promise<void> {
  await db.delete(webhooks).where(eq(webhooks.id, webhookId))
}

/** Rooms with a webhook that is in use, and whether any of them wants results. */
export async function listSubscribedRooms (db: Db): Promise<{ roomId: string, wantsResults: boolean }[]> {
  return await db.select({ roomId: webhooks.roomId, wantsResults: sql<boolean>`bool_or(events @> '["poll.results"]')` })
    .from(webhooks).where(isNull(webhooks.disabledAt)).groupBy(webhooks.roomId)
}

const deliveryColumns = {
  id: webhookDeliveries.id,
  webhookId: webhookDeliveries.webhookId,
  pollId: webhookDeliveries.pollId,
  event: webhookDeliveries.event,
  status: webhookDeliveries.status,
  attempts: webhookDeliveries.attempts,
  nextAttemptAt: webhookDeliveries.nextAttemptAt,
  responseStatus: webhookDeliveries.responseStatus,
  error: webhookDeliveries.error,
  createdAt: webhookDeliveries.createdAt,
  deliveredAt: webhookDeliveries.deliveredAt
}

export interface DeliveryFilter {
  webhookId: string
  status?: DeliveryStatus | undefined
  before?: string | undefined
  limit: number
}

/** Newest first. */
export async function listDeliveries (db: Db, { webhookId, status, before, limit }: DeliveryFilter): Promise<DeliveryRow[]> {
  return await db.select(deliveryColumns).from(webhookDeliveries)
    .where(and(
      eq(webhookDeliveries.webhookId, webhookId),
      status === undefined ? undefined : eq(webhookDeliveries.status, status),
      before === undefined ? undefined : lt(webhookDeliveries.id, before)))
    .orderBy(desc(webhookDeliveries.id)).limit(limit)
}

/** Queues the payload of a delivery that is done with once more, under a new id, unless as many replays wait already. */
export async function insertReplay (
  db: Db, { webhookId, deliveryId, replayId, maxWaiting }: { webhookId: string, deliveryId: string, replayId: string, maxWaiting: number }
): Promise<DeliveryRow | 'unknown' | 'waiting' | 'full'> {
  return await db.transaction(async (tx) => {
    const [original] = await tx.select().from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.id, deliveryId), eq(webhookDeliveries.webhookId, webhookId)))
    if (original === undefined) return 'unknown'
    if (original.status === 'waiting') return 'waiting'
    const waiting = await tx.$count(webhookDeliveries, and(
      eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.status, 'waiting'), isReplay(webhookDeliveries.id)))
    if (waiting >= maxWaiting) return 'full'
    const { pollId, event, payload } = original
    const [stored] = await tx.insert(webhookDeliveries).values({ id: replayId, webhookId, pollId, event, payload }).returning(deliveryColumns)
    return stored ?? 'unknown'
  })
}
