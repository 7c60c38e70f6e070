import { PlenumError } from '../../protocol/problem.ts'
import type { Kind } from './kind.ts'

/** Any options between `minChoices` and `maxChoices`; their order means nothing. */
export const multiple: Kind = {
  defaultChoices: (optionCount) => ({ minChoices: 1, maxChoices: optionCount }),

  refuseChoices ({ minChoices, maxChoices }, optionCount) {
    if (minChoices > maxChoices) return 'minChoices must not be above maxChoices'
    if (maxChoices > optionCount) return 'maxChoices must not be above the number of options'
    return undefined
  },

  normalize ({ choices }, { optionIds, minChoices, maxChoices }) {
    if (!choices.every((id) => optionIds.has(id))) throw new PlenumError('option_invalid')
    if (new Set(choices).size !== choices.length) throw new PlenumError('option_invalid', { detail: 'An option may be chosen once.' })
    if (choices.length < minChoices) throw new PlenumError('too_few_choices', { detail: `Choose at least ${minChoices}.` })
    if (choices.length > maxChoices) throw new PlenumError('too_many_choices', { detail: `Choose at most ${maxChoices}.` })
    return { choices: choices.toSorted((a, b) => a - b) }
  },

  buckets: ({ choices }) => choices.map(String),

  emptyCounts: (optionIds) => Object.fromEntries(Array.from(optionIds, (id) => [id, 0]))
}
