import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { countedWords } from '../../server/protocol/word-folding.ts'

/** An answer in the making. What is typed for a number is text until it is one, and a field for a word may still be empty. */
export type Draft = Omit<Answer, 'value'> & { value?: string }

export function draftOf ({ value, ...rest }: Answer): Draft {
  return value === undefined ? rest : { ...rest, value: String(value) }
}

/** Without the options that an edit has taken away since. */
export function withoutLostOptions (draft: Draft, { options }: Poll): Draft {
  if (draft.choices === undefined) return draft
  return { ...draft, choices: draft.choices.filter((choice) => options.some(({ id }) => id === choice)) }
}

/** Whether the server would take both for the same answer to this poll. */
export function isSameAnswer (poll: Poll, a: Answer, b: Answer): boolean {
  return canonicalOf(poll, a) === canonicalOf(poll, b)
}

function canonicalOf (poll: Poll, { choices, value, text, words }: Answer): string {
  return JSON.stringify([poll.kind === 'ranking' ? choices : choices?.toSorted((a, b) => a - b), value, text, words && countedWords(words, poll)])
}
