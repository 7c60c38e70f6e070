import type { LedgerBallot } from '../../db/export-store.ts'
import { kinds } from '../polls/kinds/kinds.ts'
import type { TimelineRow } from '../protocol/export.ts'
import type { Answer, Results } from '../protocol/poll.ts'
import { checkSum, type PollHistory } from './poll-history.ts'
import { columnsOf, type Column, type Sheet } from './sheet.ts'
import { createVersionWindow, type VersionWindow } from './version-window.ts'

const rowsPerPage = 500
/** Numbers held at once: 8 MB. More versions than fit are counted in several readings of the ballots. */
const maxSteps = 2_000_000

/** The exact counts at each version that ballots made (R2). */
export async function timelineSheet (history: PollHistory): Promise<Sheet<TimelineRow>> {
  const optionIds = new Set<number>()
  for await (const { counts } of history.rounds()) for (const id of Object.keys(counts)) optionIds.add(Number(id))
  const columns = Array.from(optionIds).sort((a, b) => a - b).map((id): Column<TimelineRow> => ({ name: `selections_${id}`, read: ({ counts }) => counts[id] ?? null }))
  return {
    columns: [...columnsOf<TimelineRow>('round', 'version', 'at', 'voters'), ...columns],
    pages: (async function * () {
      let firstVersion = 1
      for await (const results of history.rounds()) {
        yield * pagesOfRound(history, results, firstVersion)
        firstVersion = results.version + 1
      }
    })()
  }
}

/**
 * The ledger is read in the order of its key, which is not the order of versions: sorting it would need a long transaction, and memory or
 * disk for every ballot. So what each version changes is collected first, for as many versions as the window takes.
 */
async function * pagesOfRound ({ poll, ballots }: PollHistory, results: Results, firstVersion: number): AsyncGenerator<TimelineRow[]> {
  const { round, version: lastVersion } = results
  const buckets = Object.keys(results.counts)
  const windowSize = Math.max(1, Math.floor(maxSteps / (buckets.length + 1)))
  const bucketsOf = (answer: Answer | null) => answer === null ? null : kinds[poll.kind].buckets(answer)
  const total = { voters: 0, counts: Object.fromEntries(buckets.map((bucket) => [bucket, 0])) }
  for (let first = firstVersion; first <= lastVersion; first += windowSize) {
    const window = createVersionWindow({ firstVersion: first, size: Math.min(windowSize, lastVersion - first + 1), buckets })
    await fill(window, ballots(round), bucketsOf)
    let rows: TimelineRow[] = []
    for (const { version, at, voters, counts } of window.count(total)) {
      rows.push({ round, version, at: at.toISOString(), voters, counts })
      if (rows.length < rowsPerPage) continue
      yield rows
      rows = []
    }
    yield rows
  }
  checkSum(total, results)
}

async function fill (window: VersionWindow, pages: AsyncIterable<LedgerBallot[]>, bucketsOf: (answer: Answer | null) => string[] | null): Promise<void> {
  let previous: LedgerBallot | undefined
  for await (const page of pages) {
    for (const ballot of page) {
      const before = previous?.voterId === ballot.voterId ? previous.answer : null
      previous = ballot
      const { version, at, answer } = ballot
      if (window.covers(version)) window.add({ version, at, before: bucketsOf(before), after: bucketsOf(answer) })
    }
  }
}
