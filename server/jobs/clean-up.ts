import { setTimeout as delay } from 'node:timers/promises'
import { deleteOldDeliveries, deleteOldIdempotencyKeys } from '../../db/clean-up-store.ts'
import type { Db } from '../../db/client.ts'

const intervalMs = 3_600_000
const firstWithinMs = 600_000
const deliveryDays = 30
const idempotencyKeyHours = 24
const batchSize = 500
// Votes come between two batches, where there is one connection for both.
const pauseMs = 50

export type CleanUp = ReturnType<typeof startCleanUp>

/**
 * Deletes what is too old, once an hour and in small batches. Instances that do it at the same time skip each other's rows, so that
 * none waits and none has to be the one that does it.
 */
export function startCleanUp ({ db, onError }: { db: Db, onError: (error: unknown, sentence: string) => void }) {
  const stopping = new AbortController()
  let lastRunAt: Date | undefined
  let running: Promise<void> | undefined

  async function deleteAll (deleteBatch: (limit: number) => Promise<number>): Promise<void> {
    while (!stopping.signal.aborted && await deleteBatch(batchSize) === batchSize) await delay(pauseMs)
  }

  async function run (): Promise<void> {
    try {
      await deleteAll(async (limit) => await deleteOldDeliveries(db, { olderThanDays: deliveryDays, limit }))
      await deleteAll(async (limit) => await deleteOldIdempotencyKeys(db, { olderThanHours: idempotencyKeyHours, limit }))
      lastRunAt = new Date()
    } catch (error) {
      onError(error, 'what is too old could not be deleted; the next time is in an hour')
    }
  }

  async function runNow (): Promise<void> {
    clearTimeout(timer)
    running ??= run().finally(() => {
      running = undefined
      if (!stopping.signal.aborted) timer = setTimeout(() => { void runNow() }, intervalMs)
    })
    await running
  }

  // Spread, so that instances that started together do not do it together.
  let timer = setTimeout(() => { void runNow() }, firstWithinMs * Math.random())

  return {
    runNow,
    lastRunAt: () => lastRunAt,
    async stop (): Promise<void> {
      stopping.abort()
      clearTimeout(timer)
      await running
    }
  }
}
