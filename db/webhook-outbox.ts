import { sql } from 'drizzle-orm'
import type { Db } from './client.ts'
import { deliveryIdOf, type PollEvent } from './delivery-id.ts'
import { webhookDeliveries } from './schema.ts'

type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

// For one webhook. Whoever opens and closes polls in a loop, for a receiver that is away, must not fill the disk.
const maxWaiting = 1000

/**
 * Queues the event for every webhook of the room that wants it, in the transaction of the change that it tells of: the two are
 * stored together or not at all, so no instance can die between them.
 */
export async function enqueueEvent (tx: Tx, roomId: string, event: PollEvent): Promise<void> {
  // Locked, so that none is deleted before its delivery is stored.
  const wanting = await tx.execute<{ id: string }>(sql`
    WITH waiting AS MATERIALIZED (SELECT webhook_id FROM webhook_deliveries WHERE status = 'waiting')
    SELECT w.id FROM webhooks w
    WHERE w.room_id = ${roomId} AND w.disabled_at IS NULL AND w.events @> ${JSON.stringify([event.event])}::text::jsonb
      AND (SELECT count(*) FROM waiting WHERE waiting.webhook_id = w.id) < ${maxWaiting}
    ORDER BY w.id FOR KEY SHARE OF w`)
  if (wanting.length === 0) return
  const { pollId, payload } = event
  await tx.insert(webhookDeliveries)
    .values(wanting.map(({ id }) => ({ id: deliveryIdOf(id, event), webhookId: id, pollId, event: event.event, payload })))
    .onConflictDoNothing()
}
