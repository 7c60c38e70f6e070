import { Compile } from 'typebox/compile'
import { Answer, type PollKind } from '../../protocol/poll.ts'
import { PlenumError } from '../../protocol/problem.ts'

const validator = Compile(Answer)

const readers = {
  single: readChoices,
  multiple: readChoices,
  ranking: readChoices,
  rating: readValue,
  number: readValue,
  // An answer is one line: a typed break becomes a space.
  text: (form) => ({ text: (form.get('text') ?? '').replace(/[\r\n\t]+/g, ' ').trim().normalize() }),
  words: (form) => ({ words: form.getAll('word').map((word) => word.trim()).filter((word) => word !== '') })
} as const satisfies Record<PollKind, (form: URLSearchParams) => Answer>

/** The answer that the fields of a form hold. Throws validation_failed. */
export function readAnswer (kind: PollKind, form: URLSearchParams): Answer {
  const answer = readers[kind](form)
  if (validator.Check(answer)) return answer
  throw new PlenumError('validation_failed', { errors: validator.Errors(answer).map(({ instancePath, message }) => ({ pointer: `/answer${instancePath}`, detail: message })) })
}

// A place of a ranking that was left empty is none.
function readChoices (form: URLSearchParams): Answer {
  return { choices: form.getAll('choice').filter((choice) => choice !== '').map(readNumber) }
}

function readValue (form: URLSearchParams): Answer {
  return { value: readNumber(form.get('value') ?? '') }
}

function readNumber (typed: string): number {
  return typed.trim() === '' ? Number.NaN : Number(typed)
}
