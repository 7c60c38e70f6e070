import type { Buckets } from './kind.ts'

/** What a bucket stands for, and how many voters are in it now. */
export interface Parsed<T> {
  readonly bucket: string
  readonly value: T
  count: number
}

/**
 * Keeps what the buckets of a map stand for as long as the map itself. The buckets of a poll stay in one map from batch to batch, which has
 * them in the order in which they came: those of the last time need only their new counts. Gives the same array, longer, as long as that holds.
 */
export function createBucketParser<T> (parse: (bucket: string) => T): (buckets: Buckets) => readonly Parsed<T>[] {
  const known = new WeakMap<Buckets, Parsed<T>[]>()

  return function parseBuckets (buckets) {
    const all = known.get(buckets) ?? []
    let at = 0
    for (const [bucket, count] of buckets) {
      const parsed = all[at]
      if (parsed === undefined) all.push({ bucket, value: parse(bucket), count })
      else if (parsed.bucket === bucket) parsed.count = count
      else break
      at += 1
    }
    if (at === buckets.size && at === all.length) {
      known.set(buckets, all)
      return all
    }
    known.delete(buckets)
    return parseBuckets(buckets)
  }
}
