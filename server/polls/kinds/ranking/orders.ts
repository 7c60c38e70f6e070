import type { Counts } from '../../../protocol/poll.ts'
import type { Buckets } from '../kind.ts'

/** An order of preference and how many voters gave it. */
export interface Order {
  choices: readonly number[]
  count: number
}

export function ordersOf (buckets: Buckets, separator: string): Order[] {
  return Array.from(buckets, ([bucket, count]) => ({ choices: bucket.split(separator).map(Number), count })).filter(({ count }) => count > 0)
}

/** For each of these options the ballots on which it comes before the other ones of them. Ballots that name none of them are not counted. */
export function firstPreferences (orders: readonly Order[], optionIds: readonly number[]): Counts {
  const counts: Counts = Object.fromEntries(optionIds.map((id) => [id, 0]))
  for (const { choices, count } of orders) {
    const first = choices.find((id) => counts[id] !== undefined)
    if (first !== undefined) counts[first] = (counts[first] ?? 0) + count
  }
  return counts
}
