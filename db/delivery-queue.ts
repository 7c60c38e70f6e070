import { and, eq, sql } from 'drizzle-orm'
import type { DeliveryStatus } from '../server/protocol/webhook.ts'
import type { Db } from './client.ts'
import { isReplay } from './delivery-id.ts'
import { webhookDeliveries, webhooks } from './schema.ts'

/** A delivery that is this worker's until its lease ends. `attempts` counts this one too. */
export interface TakenDelivery {
  id: string
  webhookId: string
  attempts: number
  url: string
  secret: string
  payload: string
}

export interface TakeOptions {
  limit: number
  /** Webhooks that get nothing more for now. */
  busyWebhookIds: string[]
  leaseMs: number
}

/**
 * Takes what is due: of each webhook and poll only the first that waits, so that they arrive in order, and of each webhook two at the
 * most, so that a slow receiver does not take every place. Replays stand outside this order. Instances never take the same: whoever
 * comes second skips what is locked, and finds the lease afterwards. When a worker dies, its lease ends and another one takes over.
 */
export async function takeDueDeliveries (db: Db, { limit, busyWebhookIds, leaseMs }: TakeOptions): Promise<TakenDelivery[]> {
  const rows = await db.execute<{ id: string, webhook_id: string, attempts: number, url: string, secret: string, payload: string }>(sql`
    WITH waiting AS MATERIALIZED (
      SELECT id, webhook_id, next_attempt_at, ${isReplay(sql`id`)}
        OR id = first_value(id) OVER (PARTITION BY webhook_id, poll_id, ${isReplay(sql`id`)} ORDER BY id) AS is_next
      FROM webhook_deliveries WHERE status = 'waiting'),
    due AS (
      SELECT id, next_attempt_at, row_number() OVER (PARTITION BY webhook_id ORDER BY next_attempt_at, id) AS place
      FROM waiting
      WHERE is_next AND next_attempt_at <= clock_timestamp() AND webhook_id <> ALL (${sql.param(busyWebhookIds)}::uuid[])),
    taken AS (
      SELECT d.id FROM webhook_deliveries d JOIN due ON due.id = d.id
      WHERE due.place <= 2 AND d.status = 'waiting' AND d.next_attempt_at <= clock_timestamp()
      ORDER BY due.next_attempt_at LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED)
    UPDATE webhook_deliveries d
    SET attempts = d.attempts + 1, next_attempt_at = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    FROM taken, webhooks w WHERE d.id = taken.id AND w.id = d.webhook_id
    RETURNING d.id, d.webhook_id, d.attempts, w.url, w.secret, d.payload`)
  return rows.map(({ webhook_id: webhookId, ...row }) => ({ ...row, webhookId }))
}

/** What a receiver answered, or why there was no answer. */
export interface AttemptFacts { responseStatus: number | null, error: string | null }

const isMine = ({ id, attempts }: TakenDelivery) =>
  and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.attempts, attempts), eq(webhookDeliveries.status, 'waiting'))

/** Delivered is delivered, even when the lease has ended meanwhile. The next results of this poll then wait for their second. */
export async function markDelivered (db: Db, { id }: TakenDelivery, { responseStatus }: AttemptFacts): Promise<void> {
  await db.execute(sql`
    WITH delivered AS (
      UPDATE webhook_deliveries SET status = 'delivered', response_status = ${responseStatus}::smallint, error = NULL, delivered_at = clock_timestamp()
      WHERE id = ${id} AND status = 'waiting' RETURNING webhook_id, poll_id, event),
    waiting AS MATERIALIZED (
      SELECT id, webhook_id, poll_id FROM webhook_deliveries WHERE status = 'waiting' AND event = 'poll.results' AND attempts = 0)
    UPDATE webhook_deliveries d SET next_attempt_at = greatest(d.next_attempt_at, clock_timestamp() + interval '1 second')
    FROM delivered, waiting
    WHERE delivered.event = 'poll.results' AND waiting.webhook_id = delivered.webhook_id AND waiting.poll_id = delivered.poll_id
      AND d.id = waiting.id AND d.status = 'waiting' AND d.attempts = 0`)
}

export async function retryLater (db: Db, delivery: TakenDelivery, facts: AttemptFacts, delayMs: number): Promise<void> {
  await db.update(webhookDeliveries)
    .set({ ...facts, nextAttemptAt: sql`clock_timestamp() + ${delayMs}::float8 * interval '1 millisecond'` })
    .where(isMine(delivery))
}

/** As if it had not been taken: the worker stops before it has an answer. */
export async function releaseDelivery (db: Db, delivery: TakenDelivery): Promise<void> {
  await db.update(webhookDeliveries).set({ attempts: delivery.attempts - 1, nextAttemptAt: sql`clock_timestamp()` }).where(isMine(delivery))
}

export async function giveUp (db: Db, delivery: TakenDelivery, facts: AttemptFacts): Promise<void> {
  await db.update(webhookDeliveries).set({ ...facts, status: 'failed' }).where(isMine(delivery))
}

/**
 * Disables the webhook and gives up what waits for it.
 * @param unlessAliveSince leaves it as it is when anything was delivered to it since this delivery was queued
 */
export async function disableWebhook (db: Db, webhookId: string, unlessAliveSince?: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const isDead = unlessAliveSince === undefined
      ? undefined
      : sql`NOT EXISTS (
          SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = ${webhookId}
            AND d.delivered_at >= (SELECT created_at FROM webhook_deliveries WHERE id = ${unlessAliveSince}))`
    const disabled = await tx.update(webhooks).set({ disabledAt: sql`clock_timestamp()` })
      .where(and(eq(webhooks.id, webhookId), sql`disabled_at IS NULL`, isDead)).returning({ id: webhooks.id })
    if (disabled.length === 0) return false
    await tx.update(webhookDeliveries).set({ status: 'failed', error: 'The webhook was disabled.' })
      .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.status, 'waiting')))
    return true
  })
}

/** How many deliveries there are of each status, and for how long the oldest has waited. */
export async function countDeliveries (db: Db): Promise<{ counts: Map<DeliveryStatus, number>, oldestWaitingSeconds: number | null }> {
  const rows = await db.execute<{ status: DeliveryStatus, count: number, age: number }>(sql`
    SELECT status, count(*)::int AS count, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age
    FROM webhook_deliveries GROUP BY status`)
  const oldest = rows.find((row) => row.status === 'waiting')?.age
  return {
    counts: new Map(rows.map((row) => [row.status, row.count])),
    oldestWaitingSeconds: oldest === undefined ? null : Math.max(0, Math.round(oldest))
  }
}
