import type { HeldBuckets } from '../../db/ledger.ts'

// Up to 200 bytes each, with what their kind keeps of them.
const maxBuckets = 400_000

/**
 * The buckets of open-ended polls as of the last batch that this instance has committed, so that the next one reads only what others
 * changed. Taken out while a batch uses them: should it fail, they are read anew. The longest unused ones make room.
 */
export function createBucketCache () {
  const held = new Map<string, HeldBuckets>()
  let size = 0

  function take (pollId: string): HeldBuckets | undefined {
    const buckets = held.get(pollId)
    if (buckets === undefined) return undefined
    held.delete(pollId)
    size -= sizeOf(buckets)
    return buckets
  }

  // A poll without buckets takes its place too.
  function sizeOf ({ counts }: HeldBuckets): number {
    return counts.size + 1
  }

  return {
    take,
    keep (pollId: string, buckets: HeldBuckets): void {
      take(pollId)
      held.set(pollId, buckets)
      size += sizeOf(buckets)
      for (const oldest of held.keys()) {
        if (size <= maxBuckets) break
        take(oldest)
      }
    }
  }
}
