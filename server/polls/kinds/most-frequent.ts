import type { Counts } from '../../protocol/poll.ts'
import type { Buckets } from './kind.ts'

const shownBuckets = 200

interface Bucket { name: string, count: number }

/** The 200 most frequent buckets; of equally frequent ones those that come first by their characters' codes. */
export function mostFrequent (buckets: Buckets): Counts {
  let shown: Bucket[] = []
  for (const [name, count] of buckets) if (count > 0) shown.push({ name, count })
  if (shown.length > shownBuckets) shown = pickFirst(shown)
  // Keyed by what people write: this defines each key, where an assignment would take "__proto__" for something else.
  return Object.fromEntries(shown.map(({ name, count }) => [name, count]))
}

/** Most of many buckets come after the last one that is picked so far, and cost one comparison each: sorting all of them would hold up every vote. */
function pickFirst (buckets: readonly Bucket[]): Bucket[] {
  const picked = buckets.slice(0, shownBuckets).sort(compare)
  for (let at = shownBuckets; at < buckets.length; at++) {
    const bucket = buckets[at]
    const last = picked[shownBuckets - 1]
    if (bucket === undefined || last === undefined || compare(bucket, last) > 0) continue
    picked.pop()
    picked.splice(placeOf(bucket, picked), 0, bucket)
  }
  return picked
}

/** Before how many of these buckets, which are sorted, this one does not come. */
function placeOf (bucket: Bucket, sorted: readonly Bucket[]): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = sorted[middle]
    if (other !== undefined && compare(other, bucket) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function compare (a: Bucket, b: Bucket): number {
  return b.count - a.count || (a.name < b.name ? -1 : 1)
}
