import { exactlyOne } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { multiple } from '../multiple/multiple.ts'

/** Exactly one option. */
export const single: Kind = {
  ...multiple,
  ...exactlyOne,
  isCorrect: ({ choices: [id] = [] }, correct) => Array.isArray(correct) && id !== undefined && correct.includes(id)
}
