import type { Counts } from '../protocol/poll.ts'

/** Counts in the making. */
export interface RunningTotal {
  voters: number
  counts: Counts
}

export interface VersionCount extends RunningTotal {
  version: number
  at: Date
}

/** What a ballot does to the counts. Null where there is no answer, before the first ballot and after a withdrawal. */
export interface BallotStep {
  version: number
  at: Date
  before: string[] | null
  after: string[] | null
}

export type VersionWindow = ReturnType<typeof createVersionWindow>

/**
 * Collects what ballots, in any order, change at each of `size` versions, and then counts along the versions. Takes
 * `4 * (buckets + 1) + 8` bytes for each version, however many ballots there are.
 */
export function createVersionWindow ({ firstVersion, size, buckets }: { firstVersion: number, size: number, buckets: readonly string[] }) {
  const columns = new Map(buckets.map((bucket, at) => [bucket, at + 1]))
  const width = buckets.length + 1 // the first column is the voters'
  const steps = new Int32Array(size * width)
  // Milliseconds; 0 where no ballot made the version.
  const instants = new Float64Array(size)

  function move (row: number, column: number, step: 1 | -1): void {
    const at = row * width + column
    steps[at] = (steps[at] ?? 0) + step
  }

  function moveAnswer (row: number, answer: string[] | null, step: 1 | -1): void {
    if (answer === null) return
    move(row, 0, step)
    for (const bucket of answer) {
      const column = columns.get(bucket)
      if (column === undefined) throw new Error(`a ballot counts for ${bucket}, which is not in the results`)
      move(row, column, step)
    }
  }

  return {
    covers: (version: number) => version >= firstVersion && version < firstVersion + size,

    add ({ version, at, before, after }: BallotStep): void {
      const row = version - firstVersion
      instants[row] = at.getTime()
      moveAnswer(row, before, -1)
      moveAnswer(row, after, 1)
    },

    /** The counts at each version that ballots made, oldest first. `total` goes along: it ends as the counts at the window's end. */
    * count (total: RunningTotal): Generator<VersionCount> {
      for (const [row, instant] of instants.entries()) {
        if (instant === 0) continue
        total.voters += steps[row * width] ?? 0
        for (const [bucket, column] of columns) total.counts[bucket] = (total.counts[bucket] ?? 0) + (steps[row * width + column] ?? 0)
        yield { version: firstVersion + row, at: new Date(instant), voters: total.voters, counts: { ...total.counts } }
      }
    }
  }
}
