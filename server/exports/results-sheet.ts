import type { ResultsRow } from '../protocol/export.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import type { PollHistory } from './poll-history.ts'
import { columnsOf, type Sheet } from './sheet.ts'

/** One row for each round and option. */
export function resultsSheet ({ poll, rounds }: PollHistory): Sheet<ResultsRow> {
  return {
    columns: columnsOf<ResultsRow>('pollId', 'question', 'kind', 'round', 'version', 'status', 'final', 'at', 'optionId', 'label', 'selections', 'voters', 'percentOfVoters'),
    pages: (async function * () {
      for await (const results of rounds()) yield toResultsRows(poll, results)
    })()
  }
}

/** In the host's order; options that are no longer in the poll come last. */
function toResultsRows ({ question, kind, options }: Poll, { pollId, round, version, status, final, at, voters, counts }: Results): ResultsRow[] {
  const labels = new Map(options.map(({ id, label }) => [id, label]))
  const counted = Object.keys(counts).map(Number)
  const ids = [...Array.from(labels.keys()).filter((id) => counted.includes(id)), ...counted.filter((id) => !labels.has(id))]
  return ids.map((optionId) => {
    const selections = counts[optionId] ?? 0
    return {
      pollId,
      question,
      kind,
      round,
      version,
      status,
      final,
      at,
      optionId,
      label: labels.get(optionId) ?? null,
      selections,
      voters,
      percentOfVoters: voters === 0 ? null : Math.round(10_000 * selections / voters) / 100
    }
  })
}
