import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { CommandError, UsageError } from './command.ts'

/** What was typed, in the form that this kind of poll asks for. The server judges whether it can count. */
export function readAnswer (poll: Poll, typed: [string, ...string[]]): Answer {
  switch (poll.kind) {
    case 'single':
    case 'multiple':
    case 'ranking': return { choices: typed.map((choice) => findOption(poll, choice)) }
    case 'rating':
    case 'number': return { value: readValue(typed) }
    case 'text': return { text: typed.join(' ') }
    case 'words': return { words: typed }
    default: return poll.kind satisfies never
  }
}

/** By id or by label, in any case. */
function findOption ({ options }: Poll, choice: string): number {
  const found = options.find(({ id }) => String(id) === choice) ?? options.find(({ label }) => label.toLowerCase() === choice.toLowerCase())
  if (found === undefined) throw new CommandError(`There is no option "${choice}"; there are ${options.map(({ id, label }) => `${id} ${label}`).join(', ')}.`)
  return found.id
}

function readValue ([typed, ...more]: [string, ...string[]]): number {
  const value = Number(typed)
  if (more.length > 0 || typed.trim() === '' || !Number.isFinite(value)) throw new UsageError('This poll asks for one number.')
  return value
}
