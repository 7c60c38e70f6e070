import { sql } from 'drizzle-orm'
import type { Db } from './client.ts'
import { idFloor } from './delivery-id.ts'

/** Deletes up to `limit` deliveries that are done with and older than this. What another instance is deleting is skipped. */
export async function deleteOldDeliveries (db: Db, { olderThanDays, limit }: { olderThanDays: number, limit: number }): Promise<number> {
  const rows = await db.execute(sql`
    DELETE FROM webhook_deliveries WHERE id IN (
      SELECT id FROM webhook_deliveries
      WHERE id < ${idFloor(sql`statement_timestamp() - ${olderThanDays}::int * interval '1 day'`)} AND status <> 'waiting'
      ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`)
  return rows.length
}

/** Deletes up to `limit` idempotency keys that are older than this. */
export async function deleteOldIdempotencyKeys (db: Db, { olderThanHours, limit }: { olderThanHours: number, limit: number }): Promise<number> {
  const rows = await db.execute(sql`
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
      SELECT user_id, key FROM idempotency_keys
      WHERE created_at < statement_timestamp() - ${olderThanHours}::int * interval '1 hour'
      ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING user_id`)
  return rows.length
}
