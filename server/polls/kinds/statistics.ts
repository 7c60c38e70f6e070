import type { Buckets } from './kind.ts'
import { createBucketParser, type Parsed } from './parsed-buckets.ts'

/** A value and how many voters gave it; the smallest value first. */
export type Distribution = readonly { value: number, count: number }[]

const parseNumbers = createBucketParser(Number)
const sortedNumbers = new WeakMap<readonly Parsed<number>[], Parsed<number>[]>()

export function distributionOf (buckets: Buckets): Distribution {
  const numbers = parseNumbers(buckets)
  const before = sortedNumbers.get(numbers) ?? []
  const sorted = before.length === numbers.length ? before : merge(before, numbers.slice(before.length).sort(byValue))
  sortedNumbers.set(numbers, sorted)
  return sorted.filter(({ count }) => count > 0)
}

/** Both are sorted. */
function merge (many: readonly Parsed<number>[], few: readonly Parsed<number>[]): Parsed<number>[] {
  const merged: Parsed<number>[] = []
  let next = 0
  for (const one of many) {
    for (let other = few[next]; other !== undefined && other.value < one.value; other = few[next]) {
      merged.push(other)
      next += 1
    }
    merged.push(one)
  }
  return merged.concat(few.slice(next))
}

function byValue (a: Parsed<number>, b: Parsed<number>): number {
  return a.value - b.value
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
  let voters = 0
  let sum = 0
  for (const { value, count } of distribution) {
    voters += count
    sum += value * count
  }
  if (voters === 0) return { mean: null, median: null, stddev: null }
  const mean = sum / voters
  let squares = 0
  for (const { value, count } of distribution) squares += (value - mean) ** 2 * count
  return { mean, median: medianOf(distribution, voters), stddev: Math.sqrt(squares / voters) }
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
