import type { Kind } from './kind.ts'
import { multiple } from './multiple.ts'

/** Exactly one option. */
export const single: Kind = {
  ...multiple,

  defaultChoices: () => ({ minChoices: 1, maxChoices: 1 }),

  refuseChoices: ({ minChoices, maxChoices }) =>
    minChoices === 1 && maxChoices === 1 ? undefined : 'a single-choice poll has exactly one choice'
}
