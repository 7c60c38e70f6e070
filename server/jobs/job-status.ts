import type { Db } from '../../db/client.ts'
import { countDeliveries } from '../../db/delivery-queue.ts'
import type { JobStatus } from '../protocol/job.ts'
import type { CleanUp } from './clean-up.ts'

/** What runs in the background, for admins: the queue of all instances, and the clean-up of this one. */
export function createJobStatus ({ db, cleanUp }: { db: Db, cleanUp: CleanUp }) {
  return {
    async read (): Promise<JobStatus> {
      const { counts, oldestWaitingSeconds } = await countDeliveries(db)
      return {
        deliveries: { waiting: counts.get('waiting') ?? 0, delivered: counts.get('delivered') ?? 0, failed: counts.get('failed') ?? 0 },
        oldestWaitingSeconds,
        lastCleanUpAt: cleanUp.lastRunAt()?.toISOString() ?? null
      }
    }
  }
}

export type JobStatusReader = ReturnType<typeof createJobStatus>
