import type { LedgerBallot } from '../../db/export-store.ts'
import type { PollKind, Results } from '../protocol/poll.ts'
import { checkSum, type PollHistory } from './poll-history.ts'
import { bucketsOf, countOf } from './kind-buckets.ts'

export interface Bucket { bucket: string, count: number }

/** So many are held at most. */
const maxMoved = 10_000

/**
 * All buckets of a round of an open-ended kind that are not empty, in pages. The table has them as they are now. What was changed after the
 * version that is exported is counted again from the ballots, which stay.
 */
export async function * bucketsOfRound (history: PollHistory, kind: PollKind, results: Results): AsyncGenerator<Bucket[]> {
  const read = { voters: 0, counts: Object.fromEntries(Object.keys(results.counts).map((count) => [count, 0])) }
  const tick = (page: Bucket[]): Bucket[] => {
    for (const { bucket, count } of page) {
      read.voters += count
      const name = countOf(kind, bucket)
      if (Object.hasOwn(read.counts, name)) read.counts[name] = (read.counts[name] ?? 0) + count
    }
    return page
  }
  let moved = new Map<string, number>()
  for await (const page of history.buckets(results.round)) {
    yield tick(page.filter(({ count, version }) => count > 0 && version <= history.version))
    for (const { bucket, version } of page) if (version > history.version) moved.set(bucket, 0)
    if (moved.size < maxMoved) continue
    yield tick(await recount(moved, kind, history.ballots(results.round)))
    moved = new Map()
  }
  if (moved.size > 0) yield tick(await recount(moved, kind, history.ballots(results.round)))
  // A voter has several words.
  checkSum(kind === 'words' ? { ...read, voters: results.voters } : read, results)
}

async function recount (counts: Map<string, number>, kind: PollKind, pages: AsyncIterable<LedgerBallot[]>): Promise<Bucket[]> {
  const add = (ballot: LedgerBallot | undefined) => {
    for (const bucket of bucketsOf(kind, ballot) ?? []) {
      const count = counts.get(bucket)
      if (count !== undefined) counts.set(bucket, count + 1)
    }
  }
  let held: LedgerBallot | undefined
  for await (const page of pages) {
    for (const ballot of page) {
      // The last of its voter is the newest.
      if (held?.voterId !== ballot.voterId) add(held)
      held = ballot
    }
  }
  add(held)
  return Array.from(counts, ([bucket, count]) => ({ bucket, count })).filter(({ count }) => count > 0)
}
