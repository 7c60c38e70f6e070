import type { Counts } from '../../server/protocol/poll.ts'

export interface WordCount {
  word: string
  count: number
}

/** The most frequent first; of equally frequent ones in the order of their characters, so that every screen agrees. */
export function mostFrequentWords (counts: Counts): WordCount[] {
  return Object.entries(counts).map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
}
