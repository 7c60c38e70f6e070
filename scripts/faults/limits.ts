// What the rules allow, and what a busy machine takes by itself.
import { availableParallelism, loadavg } from 'node:os'

/** A second; more where more than two programs wait for each core, and each step of what is measured waits as well. */
export function noiseMs (): number {
  const [load = 0] = loadavg()
  return Math.round(1000 * Math.max(1, load / availableParallelism() / 2))
}

/** R4. */
export const promptMs = () => 1000 + noiseMs()
export const withoutRedisMs = () => 3000 + noiseMs()
/** Screens are away for as long as their instance is; they have to come back in the time of the recovery. */
export const whenBackMs = () => 14_000 + noiseMs()
