import { Type, type Static } from 'typebox'
import { Closed, Instant, Nullable } from './common.ts'

const Count = Type.Integer({ minimum: 0 })

export const JobStatus = Closed({
  deliveries: Closed({ waiting: Count, delivered: Count, failed: Count }),
  oldestWaitingSeconds: Nullable(Type.Integer({ minimum: 0, description: 'For how long the oldest delivery has waited; null when none waits' })),
  lastCleanUpAt: Nullable(Type.String({ ...Instant, description: 'When this instance last deleted what was too old; null before the first time' }))
})
export type JobStatus = Static<typeof JobStatus>
