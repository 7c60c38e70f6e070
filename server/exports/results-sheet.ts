import { kinds } from '../polls/kinds/kinds.ts'
import { orderOf } from '../polls/kinds/ranking/orders.ts'
import type { ResultsRow } from '../protocol/export.ts'
import type { PollKind, Results } from '../protocol/poll.ts'
import type { PollHistory, Round } from './poll-history.ts'
import { bucketsOfRound, type Bucket } from './round-buckets.ts'
import { columnsOf, joinNumbers, joinTexts, kindsOf, type Column, type Sheet } from './sheet.ts'

const formerLabels: Column<ResultsRow> = { name: 'formerLabels', read: (row) => joinTexts(row.formerLabels) }
const choices: Column<ResultsRow> = { name: 'choices', read: (row) => row.choices === undefined ? null : joinNumbers(row.choices) }
const value: Column<ResultsRow> = { name: 'value', read: (row) => row.value ?? null }
const word: Column<ResultsRow> = { name: 'word', read: (row) => row.word ?? null }
const bordaPoints: Column<ResultsRow> = { name: 'bordaPoints', read: (row) => row.bordaPoints ?? null }

/** One row for each round and what is counted in it. */
export async function resultsSheet (history: PollHistory): Promise<Sheet<ResultsRow>> {
  const { rounds } = history
  const found = await kindsOf(history)
  const has = (...some: PollKind[]) => some.some((kind) => found.has(kind))
  return {
    columns: [
      ...columnsOf<ResultsRow>('pollId', 'question', 'kind', 'round', 'version', 'status', 'final', 'at', 'optionId', 'label', 'selections', 'voters', 'percentOfVoters'),
      ...has('single', 'multiple', 'ranking') ? [formerLabels] : [],
      ...has('rating', 'number') ? [value] : [],
      ...has('words') ? [word] : [],
      ...has('ranking') ? [choices, bordaPoints] : []
    ],
    pages: (async function * () {
      for await (const round of rounds()) yield * pagesOfRound(history, round)
    })()
  }
}

type Counted = Pick<ResultsRow, 'selections'> & Partial<Pick<ResultsRow, 'optionId' | 'label' | 'formerLabels' | 'value' | 'word' | 'choices' | 'bordaPoints'>>

async function * pagesOfRound (history: PollHistory, { kind, results }: Round): AsyncGenerator<ResultsRow[]> {
  const { poll } = history
  const { pollId, round, version, status, final, at, voters, counts } = results
  const toRow = ({ selections, optionId = null, label = null, formerLabels = [], ...rest }: Counted): ResultsRow => ({
    pollId,
    question: poll.question,
    kind,
    round,
    version,
    status,
    final,
    at,
    optionId,
    label,
    selections,
    voters,
    percentOfVoters: voters === 0 ? null : Math.round(10_000 * selections / voters) / 100,
    formerLabels,
    ...rest
  })
  // Texts are only counted; the ballots have them.
  if (kind === 'text') yield [toRow({ selections: voters })]
  if (kind === 'rating') yield Object.keys(counts).map(Number).sort((a, b) => a - b).map((value) => toRow({ value, selections: counts[value] ?? 0 }))
  if (kinds[kind].optionLimits !== null) yield (await countOptions(history, results)).map(toRow)
  if (!kinds[kind].isOpenEnded) return
  for await (const page of bucketsOfRound(history, kind, results)) yield page.map((bucket) => toRow(readBucket(kind, bucket)))
}

function readBucket (kind: PollKind, { bucket, count: selections }: Bucket): Counted {
  if (kind === 'words') return { word: bucket, selections }
  return kind === 'ranking' ? { choices: orderOf(bucket), selections } : { value: Number(bucket), selections }
}

/** In the host's order; options that are no longer in the poll come last. */
async function countOptions ({ poll, labels: readLabels }: PollHistory, { counts, derived }: Results): Promise<Counted[]> {
  const labels = new Map(poll.options.map(({ id, label }) => [id, label]))
  const counted = Object.keys(counts).map(Number)
  const ids = [...Array.from(labels.keys()).filter((id) => counted.includes(id)), ...counted.filter((id) => !labels.has(id))]
  const history = await readLabels(ids)
  return ids.map((optionId) => {
    const label = labels.get(optionId) ?? null
    const texts = history.get(optionId) ?? []
    const bordaPoints = derived?.borda?.[optionId]
    return {
      optionId,
      label,
      selections: counts[optionId] ?? 0,
      // The last text of an option that is still there is its label.
      formerLabels: label === null ? texts : texts.slice(0, -1),
      ...(bordaPoints === undefined ? {} : { bordaPoints })
    }
  })
}
