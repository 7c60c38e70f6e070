import type { Poll, Results } from '../../server/protocol/poll.ts'

export interface CountedRow {
  label: string
  count: number
}

const mostRows = 20

/** What has been counted, in the order in which it is shown: options and steps in their own, words and numbers the most frequent first. */
export function countedRows ({ kind, options, scale }: Poll, { counts }: Pick<Results, 'counts'>): CountedRow[] {
  if (options.length > 0) return options.map(({ id, label }) => ({ label, count: counts[id] ?? 0 }))
  const rows = Object.entries(counts).map(([label, count]) => ({ label, count }))
  if (kind === 'rating' && scale !== undefined) return rows.sort((a, b) => Number(a.label) - Number(b.label))
  return rows.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1)).slice(0, mostRows)
}
