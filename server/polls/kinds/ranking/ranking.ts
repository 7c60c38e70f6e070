import { readChoices, severalOptions } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { bordaOf } from './borda.ts'
import { runInstantRunoff } from './instant-runoff.ts'
import { ordersOf, separator } from './orders.ts'

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
    const orders = ordersOf(buckets)
    const ids = Array.from(optionIds)
    const irv = runInstantRunoff(orders, ids)
    // While nobody has left, a ballot counts for whom it names first.
    const counts = irv.rounds[0]?.counts ?? Object.fromEntries(ids.map((id) => [id, 0]))
    return { counts, derived: { borda: bordaOf(orders, ids), irv } }
  }
}
