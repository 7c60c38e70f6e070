import type { LedgerBallot } from '../../db/export-store.ts'
import { countedAnswer } from '../polls/ballot.ts'
import type { BallotRow } from '../protocol/export.ts'
import type { PollKind, Results } from '../protocol/poll.ts'
import { checkSum, type PollHistory } from './poll-history.ts'
import { columnsOf, joinNumbers, joinTexts, kindsOf, type Column, type Sheet } from './sheet.ts'

const choices: Column<BallotRow> = { name: 'choices', read: ({ answer }) => answer?.choices === undefined ? null : joinNumbers(answer.choices) }
const labels: Column<BallotRow> = { name: 'labels', read: (row) => joinTexts(row.labels) }
const value: Column<BallotRow> = { name: 'value', read: ({ answer }) => answer?.value ?? null }
const text: Column<BallotRow> = { name: 'text', read: ({ answer }) => answer?.text ?? null }
const words: Column<BallotRow> = { name: 'words', read: ({ answer }) => answer?.words === undefined ? null : joinTexts(answer.words) }

const answerColumns = {
  single: [choices, labels], multiple: [choices, labels], ranking: [choices, labels], rating: [value], number: [value], text: [text], words: [words]
} satisfies Record<PollKind, Column<BallotRow>[]>

/** Every ballot, round by round. In the order of the key, not of versions: that needs no sorting, and a voter's ballots stand together. */
export async function ballotsSheet (history: PollHistory): Promise<Sheet<BallotRow>> {
  const { poll, rounds, ballots } = history
  const labelById = new Map(poll.options.map(({ id, label }) => [id, label]))
  const found = await kindsOf(history)
  const columns = new Set(Array.from(found).flatMap((kind) => answerColumns[kind]))
  return {
    columns: [...columnsOf<BallotRow>('round', 'version', 'voterId', 'n'), ...columns, ...columnsOf<BallotRow>('castAt', 'counts', 'review')],
    pages: (async function * () {
      for await (const { results } of rounds()) yield * pagesOfRound(results, ballots(results.round), labelById)
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

function toBallotRow (round: number, ballot: LedgerBallot, isNewest: boolean, labelById: Map<number, string>): BallotRow {
  const { version, voterId, n, answer, review, at } = ballot
  return {
    round,
    version,
    voterId,
    n,
    answer,
    labels: (answer?.choices ?? []).map((id) => labelById.get(id) ?? null),
    castAt: at.toISOString(),
    counts: isNewest && countedAnswer(ballot) !== null,
    review
  }
}
