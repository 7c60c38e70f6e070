import type { Answer } from '../../protocol/poll.ts'
import type { NewSettings } from '../../protocol/poll-settings.ts'
import { invalidField, PlenumError } from '../../protocol/problem.ts'
import type { Bounds, Buckets, Definition, Kind } from './kind.ts'

/** Ids of options that an answer names, each once and as many as the poll asks for, in the voter's order. */
export function readChoices ({ choices }: Answer, { optionIds, minChoices, maxChoices }: Definition): number[] {
  if (choices === undefined) throw wrongForm('choices')
  if (!choices.every((id) => optionIds.has(id))) throw new PlenumError('option_invalid')
  if (new Set(choices).size !== choices.length) throw new PlenumError('option_invalid', { detail: 'An option may be chosen once.' })
  checkCount(choices.length, { minChoices, maxChoices })
  return choices
}

export function checkCount (count: number, { minChoices, maxChoices }: Bounds): void {
  if (count < minChoices) throw new PlenumError('too_few_choices', { detail: `Choose at least ${minChoices}.` })
  if (count > maxChoices) throw new PlenumError('too_many_choices', { detail: `Choose at most ${maxChoices}.` })
}

export function wrongForm (field: keyof Answer): PlenumError {
  return invalidField(`/answer/${field}`, 'is what this poll asks for')
}

/** Every option with its ballots. */
export function countOptions (buckets: Buckets, optionIds: Iterable<number>): Record<string, number> {
  return Object.fromEntries(Array.from(optionIds, (id) => [id, buckets.get(String(id)) ?? 0]))
}

/** Bounds of a kind whose answer has exactly one part. */
export const exactlyOne = {
  defaultChoices: () => ({ minChoices: 1, maxChoices: 1 }),
  refuseChoices: ({ minChoices, maxChoices }) => minChoices === 1 && maxChoices === 1 ? undefined : 'this kind of poll has exactly one choice'
} satisfies Pick<Kind, 'defaultChoices' | 'refuseChoices'>

/** Bounds of a kind whose answer has several parts, as many as there are options. */
export const severalOptions = {
  defaultChoices: (optionCount) => ({ minChoices: 1, maxChoices: optionCount }),
  refuseChoices ({ minChoices, maxChoices }, optionCount) {
    if (minChoices > maxChoices) return 'minChoices must not be above maxChoices'
    return maxChoices > optionCount ? 'maxChoices must not be above the number of options' : undefined
  }
} satisfies Pick<Kind, 'defaultChoices' | 'refuseChoices'>

/** The right options of a quiz. Throws validation_failed. */
export function defineCorrectOptions (correct: NewSettings['correct'], optionIds: ReadonlySet<number>): { correct?: number[] } {
  if (correct == null) return {}
  if (!Array.isArray(correct)) throw invalidField('/correct', 'must be ids of options')
  if (!correct.every((id) => optionIds.has(id))) throw invalidField('/correct', 'must be options of this poll')
  return { correct: Array.from(new Set(correct)).sort((a, b) => a - b) }
}
