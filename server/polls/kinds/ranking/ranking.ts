import { readChoices, severalOptions } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { bordaOf } from './borda.ts'
import { firstPreferences, ordersOf } from './orders.ts'
import { runInstantRunoff } from './instant-runoff.ts'

const separator = ','

/** The order of preference that a bucket stands for. */
export function orderOf (bucket: string): number[] {
  return bucket.split(separator).map(Number)
}

/** Options in the voter's order of preference, all of them or the first few. The counts are first preferences. */
export const ranking: Kind = {
  ...severalOptions,
  optionLimits: { min: 2, max: 10 },
  ownSettings: ['shuffle'],
  isOpenEnded: true,
  defineSettings: ({ shuffle }) => shuffle === undefined ? {} : { shuffle },
  normalize: (answer, definition) => ({ choices: readChoices(answer, definition) }),
  buckets: ({ choices = [] }) => [choices.join(separator)],

  show (buckets, { optionIds }) {
    const orders = ordersOf(buckets, separator)
    const ids = Array.from(optionIds)
    return { counts: firstPreferences(orders, ids), derived: { borda: bordaOf(orders, ids), irv: runInstantRunoff(orders, ids) } }
  }
}
