import { sql } from 'drizzle-orm'
import type { Db, Tx } from './client.ts'

/**
 * For a page of a large table by its key. A poll that is larger than the planner knows yet (the embedded database never learns) looks worth
 * sorting: all of it, for each page.
 */
export async function readInKeyOrder<T> (db: Db, read: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction(async (tx) => {
    const [, page] = await Promise.all([tx.execute(sql`SET LOCAL enable_sort = off`), read(tx)])
    return page
  })
}
