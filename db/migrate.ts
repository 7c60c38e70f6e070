import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { Sql } from 'postgres'
import { isLockTimeout } from './errors.ts'

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))
// Any constant serves, as long as every instance names the same one.
const migrationLock = 7_365_116
const pauseMs = 1000
const maxAttempts = 60

/**
 * Applies what is missing, one instance at a time, and ends `client`.
 * @param client has one connection: the lock belongs to it, so the migrations must run on it too.
 */
export async function migrateDatabase (client: Sql): Promise<void> {
  try {
    await client`SELECT pg_advisory_lock(${migrationLock})`
    // A change waits until nobody uses its table, and whoever comes later waits behind it, the votes of older instances among them.
    await client`SET lock_timeout = '1s'`
    await migratePatiently(client)
  } finally {
    await client.end({ timeout: 5 })
  }
}

async function migratePatiently (client: Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await migrate(drizzle(client, { casing: 'snake_case' }), { migrationsFolder })
      return
    } catch (error) {
      if (attempt === maxAttempts || !isLockTimeout(error)) throw error
      await delay(pauseMs)
    }
  }
}
