import { sql } from 'drizzle-orm'
import type { Db } from './client.ts'
import { deliveryIdOf, idFloor, isReplay, type PollEvent } from './delivery-id.ts'
import { findPolls, type StoredPoll } from './poll-store.ts'

const wantsResults = sql`w.disabled_at IS NULL AND w.events @> '["poll.results"]'`

/**
 * Queues the poll's newest results for the webhooks of its room that want them and do not have them yet. Results that nobody has tried
 * to send are replaced: they are whole, so only the newest matter, and a receiver that is away leaves two of a poll waiting at most.
 * They go out a second after the last ones at the earliest, whichever instance sent those. Last ones that are on their way may arrive
 * at this moment, and the note of it is not to be seen yet.
 * @param describe undefined for a poll that nobody is to be told of
 * @returns in how many milliseconds they are due; undefined when there was nothing to queue
 */
export async function enqueueResults (
  db: Db, pollId: string, describe: (stored: StoredPoll) => PollEvent | undefined
): Promise<number | undefined> {
  return await db.transaction(async (tx) => {
    // Locked before the poll is read: a command that queues its own event for them has either committed by then, and its version is
    // read here, or waits until these results are queued. So a poll's deliveries enter the queue in the order of its versions.
    const wanting = await tx.execute<{ id: string }>(sql`
      SELECT w.id FROM webhooks w JOIN polls p ON p.room_id = w.room_id
      WHERE p.id = ${pollId} AND ${wantsResults} ORDER BY w.id FOR UPDATE OF w`)
    const webhookIds = wanting.map(({ id }) => id)
    const [stored] = webhookIds.length === 0 ? [] : await findPolls(tx, [pollId])
    const event = stored && describe(stored)
    if (event === undefined) return undefined
    const ids = webhookIds.map((webhookId) => deliveryIdOf(webhookId, event))
    const queued = await tx.execute<{ in_ms: number }>(sql`
      WITH fresh AS MATERIALIZED (
        SELECT f.id, f.webhook_id FROM unnest(${sql.param(ids)}::uuid[], ${sql.param(webhookIds)}::uuid[]) AS f (id, webhook_id)
        WHERE NOT EXISTS (
          SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = f.webhook_id AND d.id >= f.id
            AND d.poll_id = ${pollId} AND d.event = 'poll.results' AND NOT ${isReplay(sql`d.id`)})),
      waiting AS MATERIALIZED (
        SELECT id, webhook_id FROM webhook_deliveries
        WHERE status = 'waiting' AND poll_id = ${pollId} AND event = 'poll.results' AND NOT ${isReplay(sql`id`)}),
      replaced AS (
        DELETE FROM webhook_deliveries d USING waiting, fresh
        WHERE d.id = waiting.id AND waiting.webhook_id = fresh.webhook_id AND d.status = 'waiting' AND d.attempts = 0)
      INSERT INTO webhook_deliveries (id, webhook_id, poll_id, event, payload, next_attempt_at)
      SELECT id, webhook_id, ${pollId}::uuid, 'poll.results', ${event.payload}, greatest(clock_timestamp(), (
        SELECT max(CASE d.status WHEN 'waiting' THEN clock_timestamp() ELSE d.delivered_at END) + interval '1 second' FROM webhook_deliveries d
        WHERE d.webhook_id = fresh.webhook_id AND d.id >= ${idFloor(sql`statement_timestamp() - interval '10 minutes'`)}
          AND d.poll_id = ${pollId} AND d.event = 'poll.results' AND d.attempts > 0 AND NOT ${isReplay(sql`d.id`)}))
      FROM fresh
      RETURNING (extract(epoch FROM next_attempt_at - clock_timestamp()) * 1000)::float8 AS in_ms`)
    return queued.length === 0 ? undefined : Math.max(0, ...queued.map((row) => row.in_ms))
  })
}

/**
 * Polls whose newest results were committed at least five seconds and at most a day ago without being queued for a webhook that wants
 * them: the instance that committed them has died in between.
 */
export async function listForgottenResults (db: Db): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    SELECT DISTINCT p.id FROM webhooks w
    JOIN polls p ON p.room_id = w.room_id JOIN tallies t ON t.poll_id = p.id AND t.round = p.round
    WHERE ${wantsResults} AND p.status <> 'draft'
      AND t.at > greatest(w.created_at, clock_timestamp() - interval '1 day') AND t.at < clock_timestamp() - interval '5 seconds'
      AND NOT EXISTS (
        SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.id >= ${idFloor(sql`t.at`)}
          AND d.poll_id = p.id AND d.event = 'poll.results' AND NOT ${isReplay(sql`d.id`)})
    LIMIT 1000`)
  return rows.map(({ id }) => id)
}
