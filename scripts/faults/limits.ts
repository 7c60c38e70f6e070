// What the rules allow, and what a busy machine takes by itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Owner } from '../../test/helpers/owner.ts'

/** R4. */
export const promptMs = 1000
export const withoutRedisMs = 3000
/** In which whatever was away has to be as it was. */
export const whenBackMs = 14_000

/**
 * Measures from now on how late timers fire in this process: whatever came meanwhile was seen that much later. Returns what is to be
 * added to limits of time, which is a second, and one more at the most. Not the load average: the servers are most of it, and the
 * slower they were the more they would be allowed.
 */
export function watchNoise (owner: Owner): () => number {
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  owner.teardown(() => { delays.disable() })
  return () => 1000 + Math.min(1000, Math.round(delays.max / 1e6))
}
