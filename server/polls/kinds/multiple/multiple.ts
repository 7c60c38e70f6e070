import { invalidField } from '../../../protocol/problem.ts'
import { countOptions, defineCorrectOptions, readChoices, severalOptions } from '../choices.ts'
import type { Kind } from '../kind.ts'

/** Any options between `minChoices` and `maxChoices`; their order means nothing. */
export const multiple: Kind = {
  ...severalOptions,
  optionLimits: { min: 2, max: 50 },
  ownSettings: ['correct', 'shuffle', 'writeIns'],
  isOpenEnded: false,

  defineSettings ({ correct, shuffle, writeIns }, { optionIds, minChoices, maxChoices }) {
    const right = defineCorrectOptions(correct, optionIds)
    const count = right.correct?.length
    if (count !== undefined && (count < minChoices || count > maxChoices)) throw invalidField('/correct', 'must be as many options as a voter may choose')
    return { ...right, ...(shuffle === undefined ? {} : { shuffle }), ...(writeIns === undefined ? {} : { writeIns }) }
  },

  normalize: (answer, definition) => ({ choices: readChoices(answer, definition).toSorted((a, b) => a - b) }),
  isCorrect: ({ choices = [] }, correct) => Array.isArray(correct) && correct.length === choices.length && choices.every((id) => correct.includes(id)),
  buckets: ({ choices = [] }) => choices.map(String),
  show: (buckets, { optionIds }) => ({ counts: countOptions(buckets, optionIds), derived: null })
}
