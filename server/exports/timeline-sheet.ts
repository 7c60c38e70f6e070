import type { LedgerBallot } from '../../db/export-store.ts'
import type { TimelineRow } from '../protocol/export.ts'
import { checkSum, type PollHistory, type Round } from './poll-history.ts'
import { bucketsOf, countOf } from './kind-buckets.ts'
import { columnsOf, type Column, type Sheet } from './sheet.ts'
import { createVersionWindow, type VersionWindow } from './version-window.ts'

const rowsPerPage = 500
/** Fewer rows are in a page of a wide table. */
const cellsPerPage = 20_000
/** Numbers held at once: 8 MB. More versions than fit are counted in several readings of the ballots. */
const maxSteps = 2_000_000

/** The exact counts at each version that ballots made (R2). */
export async function timelineSheet (history: PollHistory): Promise<Sheet<TimelineRow>> {
  const buckets = new Set<string>()
  for await (const { results: { counts } } of history.rounds()) for (const bucket of Object.keys(counts)) buckets.add(bucket)
  const columns = Array.from(buckets).sort(compareBuckets).map((bucket): Column<TimelineRow> => ({
    name: `selections_${bucket}`, read: ({ counts }) => Object.hasOwn(counts, bucket) ? counts[bucket] ?? null : null
  }))
  return {
    columns: [...columnsOf<TimelineRow>('round', 'version', 'at', 'voters'), ...columns],
    pages: (async function * () {
      let firstVersion = 1
      for await (const round of history.rounds()) {
        yield * pagesOfRound(history, round, firstVersion)
        firstVersion = round.results.version + 1
      }
    })()
  }
}

/**
 * The ledger is read in the order of its key, which is not the order of versions: sorting it would need a long transaction, and memory or
 * disk for every ballot. So what each version changes is collected first, for as many versions as the window takes.
 */
async function * pagesOfRound ({ ballots }: PollHistory, { kind, results }: Round, firstVersion: number): AsyncGenerator<TimelineRow[]> {
  const { round, version: lastVersion } = results
  const buckets = Object.keys(results.counts)
  const pageSize = Math.max(1, Math.min(rowsPerPage, Math.floor(cellsPerPage / (buckets.length + 1))))
  const windowSize = Math.max(1, Math.floor(maxSteps / (buckets.length + 1)))
  // Of numbers and words the results show the most frequent, and so does each row.
  const isShown = kind === 'number' || kind === 'words' ? (name: string) => Object.hasOwn(results.counts, name) : () => true
  const countsOf = (ballot: LedgerBallot | undefined) => bucketsOf(kind, ballot)?.map((bucket) => countOf(kind, bucket)).filter(isShown) ?? null
  const total = { voters: 0, counts: Object.fromEntries(buckets.map((bucket) => [bucket, 0])) }
  for (let first = firstVersion; first <= lastVersion; first += windowSize) {
    const window = createVersionWindow({ firstVersion: first, size: Math.min(windowSize, lastVersion - first + 1), buckets })
    await fill(window, ballots(round), countsOf)
    let rows: TimelineRow[] = []
    for (const { version, at, voters, counts } of window.count(total)) {
      rows.push({ round, version, at: at.toISOString(), voters, counts })
      if (rows.length < pageSize) continue
      yield rows
      rows = []
    }
    yield rows
  }
  checkSum(total, results)
}

async function fill (window: VersionWindow, pages: AsyncIterable<LedgerBallot[]>, countsOf: (ballot: LedgerBallot | undefined) => string[] | null): Promise<void> {
  let previous: LedgerBallot | undefined
  for await (const page of pages) {
    for (const ballot of page) {
      const before = previous?.voterId === ballot.voterId ? previous : undefined
      previous = ballot
      const { version, at } = ballot
      if (window.covers(version)) window.add({ version, at, before: countsOf(before), after: countsOf(ballot) })
    }
  }
}

/** Options, steps and numbers by their size, then words by their characters' codes. */
function compareBuckets (a: string, b: string): number {
  const [isWordA, isWordB] = [Number.isNaN(Number(a)), Number.isNaN(Number(b))]
  if (isWordA !== isWordB) return isWordA ? 1 : -1
  const difference = isWordA ? 0 : Number(a) - Number(b)
  return difference === 0 ? (a < b ? -1 : 1) : difference
}
