// What one durable commit costs here: the least that an acknowledged vote can take.
import { setTimeout as delay } from 'node:timers/promises'
import { readClock } from '../clock.ts'
import type { StageDatabase } from '../stage.ts'
import { percentileOf } from './numbers.ts'

/** The median time of single-row inserts, each its own commit, a few milliseconds apart. */
export async function measureInserts ({ sql }: StageDatabase, count: number): Promise<number> {
  await sql`CREATE TABLE rows (id int PRIMARY KEY, text text)`
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const startedAt = readClock()
    await sql`INSERT INTO rows VALUES (${n}, 'a row')`
    times.push(readClock() - startedAt)
    await delay(5)
  }
  return percentileOf(times.sort((a, b) => a - b), 50)
}
