import type { Buckets } from './kind.ts'

/** A value and how many voters gave it; the smallest value first. */
export type Distribution = readonly { value: number, count: number }[]

export function distributionOf (buckets: Buckets): Distribution {
  return Array.from(buckets, ([value, count]) => ({ value: Number(value), count }))
    .filter(({ count }) => count > 0).sort((a, b) => a.value - b.value)
}

export interface Statistics {
  mean: number | null
  /** Of an even number of voters the mean of the middle two. */
  median: number | null
  /** The population's standard deviation: the root of the mean squared distance from the mean. */
  stddev: number | null
}

/** Always summed from the smallest value up, so that the same ballots give the same digits wherever they are counted. */
export function statisticsOf (distribution: Distribution): Statistics {
  const voters = distribution.reduce((sum, { count }) => sum + count, 0)
  if (voters === 0) return { mean: null, median: null, stddev: null }
  const mean = distribution.reduce((sum, { value, count }) => sum + value * count, 0) / voters
  const variance = distribution.reduce((sum, { value, count }) => sum + (value - mean) ** 2 * count, 0) / voters
  return { mean, median: medianOf(distribution, voters), stddev: Math.sqrt(variance) }
}

function medianOf (distribution: Distribution, voters: number): number {
  const valueAt = (position: number): number => {
    let passed = 0
    for (const { value, count } of distribution) {
      passed += count
      if (position < passed) return value
    }
    return NaN
  }
  return (valueAt(Math.floor((voters - 1) / 2)) + valueAt(Math.floor(voters / 2))) / 2
}
