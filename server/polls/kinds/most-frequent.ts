import type { Counts } from '../../protocol/poll.ts'
import type { Buckets } from './kind.ts'

const shownBuckets = 200

/** The 200 most frequent buckets; of equally frequent ones those that come first by their characters' codes. */
export function mostFrequent (buckets: Buckets): Counts {
  const used = Array.from(buckets).filter(([, count]) => count > 0)
  if (used.length > shownBuckets) used.sort(([a, aCount], [b, bCount]) => bCount - aCount || (a < b ? -1 : 1))
  // Defines each property, where an assignment to "__proto__" would set none.
  return Object.fromEntries(used.slice(0, shownBuckets))
}
