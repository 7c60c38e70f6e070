import type { Counts } from '../../../protocol/poll.ts'
import type { Order } from './orders.ts'

/**
 * The points of each of n options: n - 1 from a voter who put it first, n - 2 second, 0 last or not at all.
 * Source: Borda's own rule, counted from 0 (Reilly, "Social Choice in the South Seas", International Political Science Review 23, 2002).
 */
export function bordaOf (orders: readonly Order[], optionIds: readonly number[]): Counts {
  // By id, which are small numbers.
  const points = new Float64Array(Math.max(0, ...optionIds) + 1)
  for (const { choices, count } of orders) {
    for (let place = 0; place < choices.length; place++) {
      const id = choices[place] ?? 0
      points[id] = (points[id] ?? 0) + (optionIds.length - 1 - place) * count
    }
  }
  return Object.fromEntries(optionIds.map((id) => [id, points[id] ?? 0]))
}
