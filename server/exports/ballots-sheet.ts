import type { LedgerBallot } from '../../db/export-store.ts'
import type { BallotRow } from '../protocol/export.ts'
import type { Results } from '../protocol/poll.ts'
import { checkSum, type PollHistory } from './poll-history.ts'
import { columnsOf, type Column, type Sheet } from './sheet.ts'

// Spreadsheets make numbers or dates of most other separators: 1,3 and 1.3 and 1/3.
const separator = '|'
const choices: Column<BallotRow> = { name: 'choices', read: ({ answer }) => answer?.choices === undefined ? null : joinNumbers(answer.choices) }
const labels: Column<BallotRow> = { name: 'labels', read: (row) => row.labels.map((label) => label ?? '').join(` ${separator} `) }

/** Every ballot, round by round. In the order of the key, not of versions: that needs no sorting, and a voter's ballots stand together. */
export function ballotsSheet ({ poll, rounds, ballots }: PollHistory): Sheet<BallotRow> {
  const labelById = new Map(poll.options.map(({ id, label }) => [id, label]))
  return {
    columns: [...columnsOf<BallotRow>('round', 'version', 'voterId', 'n'), choices, labels, ...columnsOf<BallotRow>('castAt', 'counts')],
    pages: (async function * () {
      for await (const results of rounds()) yield * pagesOfRound(results, ballots(results.round), labelById)
    })()
  }
}

async function * pagesOfRound (results: Results, pages: AsyncIterable<LedgerBallot[]>, labelById: Map<number, string>): AsyncGenerator<BallotRow[]> {
  // Whether a ballot counts shows with the one after it.
  let held: LedgerBallot | undefined
  let voters = 0
  const toRow = (ballot: LedgerBallot, isNewest: boolean): BallotRow => {
    const row = toBallotRow(results.round, ballot, isNewest, labelById)
    if (row.counts) voters++
    return row
  }
  for await (const page of pages) {
    const rows: BallotRow[] = []
    for (const ballot of page) {
      if (held !== undefined) rows.push(toRow(held, held.voterId !== ballot.voterId))
      held = ballot
    }
    yield rows
  }
  if (held !== undefined) yield [toRow(held, true)]
  checkSum({ voters }, results)
}

function toBallotRow (round: number, { version, voterId, n, answer, at }: LedgerBallot, isNewest: boolean, labelById: Map<number, string>): BallotRow {
  return {
    round,
    version,
    voterId,
    n,
    answer,
    labels: (answer?.choices ?? []).map((id) => labelById.get(id) ?? null),
    castAt: at.toISOString(),
    counts: isNewest && answer !== null
  }
}

/** A single choice stays a number. */
function joinNumbers (ids: number[]): string | number | null {
  return ids.length === 1 ? ids[0] ?? null : ids.join(separator)
}
