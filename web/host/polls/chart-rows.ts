import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { stepsOf } from '../../client/scale.ts'
import { mostFrequentWords } from '../../client/word-counts.ts'

export interface ChartRow {
  key: string
  label: string
  count: number
}

const mostRows = 30

/** Whether every round of the poll has the same rows. */
export function hasBuckets ({ kind }: Poll): boolean {
  return kind !== 'text' && kind !== 'words' && kind !== 'number'
}

/** What a chart of these results has a bar for, in the order of the poll. Of rankings these are the first choices; of texts there is none. */
export function chartRows (poll: Poll, { counts }: Pick<Results, 'counts'>): ChartRow[] {
  switch (poll.kind) {
    case 'single': case 'multiple': case 'ranking':
      return poll.options.map(({ id, label }) => ({ key: String(id), label, count: counts[id] ?? 0 }))
    case 'rating':
      return stepsOf(poll.scale).map((step) => ({ key: String(step), label: String(step), count: counts[step] ?? 0 }))
    case 'number':
      return Object.entries(counts).map(([value, count]) => ({ key: value, label: value, count })).sort((a, b) => Number(a.label) - Number(b.label)).slice(0, mostRows)
    case 'words':
      return mostFrequentWords(counts).slice(0, mostRows).map(({ word, count }) => ({ key: word, label: word, count }))
    case 'text': return []
    default: return poll.kind satisfies never
  }
}
