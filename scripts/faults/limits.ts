// What the rules allow, and what a busy machine takes by itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Owner } from '../../test/helpers/owner.ts'

/** R4. */
export const promptMs = 1000
export const withoutRedisMs = 3000
/** In which whatever was away has to be as it was. */
export const whenBackMs = 14_000

export interface Noise {
  /** How late the latest timer was: what came meanwhile was seen that much later than it came. */
  lateMs (): number
  /** What is added to every limit of time: a second, and one more at the most. */
  allowanceMs (): number
}

/**
 * Measures from now on how late timers fire in this process. Not the load average: the servers are most of it, and the slower they
 * were the more they would be allowed.
 */
export function watchNoise (owner: Owner): Noise {
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  owner.teardown(() => { delays.disable() })
  const lateMs = () => Math.round(delays.max / 1e6)
  return { lateMs, allowanceMs: () => 1000 + Math.min(1000, lateMs()) }
}
