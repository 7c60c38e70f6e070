// What a part counts about itself, as plain numbers: a vote is counted several times, and each costs nanoseconds.

export type Counts<Name extends string = string> = Map<Name, number>

export function countOne<Name extends string> (counts: Counts<Name>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** How many values there were up to each bound. */
interface Distribution {
  /** Ascending. */
  readonly bounds: readonly number[]
  /** Of the values up to each bound and above the one before it; the last one is of those above all bounds. */
  readonly counts: readonly number[]
  readonly sum: number
}

export function createDistribution (bounds: readonly number[]): Distribution & { add (value: number): void } {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  const distribution = {
    bounds,
    counts,
    sum: 0,
    add (value: number): void {
      let at = 0
      while (value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at += 1
      counts[at] = (counts[at] ?? 0) + 1
      distribution.sum += value
    }
  }
  return distribution
}

/** Seconds, from what nobody notices to what somebody waits for. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
