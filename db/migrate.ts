import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { Sql } from 'postgres'

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))
// Any constant serves, as long as every instance names the same one.
const migrationLock = 7_365_116

/**
 * Applies what is missing, one instance at a time, and ends `client`.
 * @param client has one connection: the lock belongs to it, so the migrations must run on it too.
 */
export async function migrateDatabase (client: Sql): Promise<void> {
  try {
    await client`SELECT pg_advisory_lock(${migrationLock})`
    await migrate(drizzle(client, { casing: 'snake_case' }), { migrationsFolder })
  } finally {
    await client.end({ timeout: 5 })
  }
}
