import type { Counts } from '../../../protocol/poll.ts'
import type { Buckets } from '../kind.ts'
import { createBucketParser } from '../parsed-buckets.ts'

export const separator = ','

/** An order of preference and how many voters gave it. */
export interface Order {
  choices: readonly number[]
  count: number
}

/** The order of preference that a bucket stands for. */
export function orderOf (bucket: string): number[] {
  return bucket.split(separator).map(Number)
}

const parseOrders = createBucketParser(orderOf)

export function ordersOf (buckets: Buckets): Order[] {
  const orders: Order[] = []
  for (const { value: choices, count } of parseOrders(buckets)) if (count > 0) orders.push({ choices, count })
  return orders
}

/**
 * For each of these options the ballots on which it comes before the other ones of them. Ballots that name none of them are not counted.
 * Plain loops, and numbers by id: this is done for every round of a runoff, with every order that anyone gave. No option has the id 0.
 */
export function firstPreferences (orders: readonly Order[], optionIds: readonly number[]): Counts {
  const size = Math.max(0, ...optionIds) + 1
  const isMeant = new Uint8Array(size)
  const counts = new Float64Array(size)
  for (const id of optionIds) isMeant[id] = 1
  for (const { choices, count } of orders) {
    let place = 0
    while (place < choices.length && isMeant[choices[place] ?? 0] !== 1) place += 1
    const first = choices[place] ?? 0
    counts[first] = (counts[first] ?? 0) + count
  }
  return Object.fromEntries(optionIds.map((id) => [id, counts[id] ?? 0]))
}
