import { defineCorrectOptions, exactlyOne } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { multiple } from '../multiple/multiple.ts'

/** Exactly one option. In a quiz several may be right. */
export const single: Kind = {
  ...multiple,
  ...exactlyOne,
  defineSettings: ({ correct, shuffle, writeIns }, { optionIds }) => ({
    ...defineCorrectOptions(correct, optionIds), ...(shuffle === undefined ? {} : { shuffle }), ...(writeIns === undefined ? {} : { writeIns })
  }),
  isCorrect: ({ choices: [id] = [] }, correct) => Array.isArray(correct) && id !== undefined && correct.includes(id)
}
