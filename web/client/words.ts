import type { Poll, PollKind } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { RoomAccess } from '../../server/protocol/room.ts'

/** Why an answer was not taken, in words for the voter. */
export const refusalWords = {
  validation_failed: 'This answer could not be read. It was not counted.',
  unauthenticated: 'This device is not known here any more. Load the page again.',
  forbidden: 'You may not vote here.',
  results_hidden: 'The results are hidden.',
  not_found: 'This poll does not exist any more.',
  room_not_found: 'There is no room with this code.',
  poll_not_found: 'This poll does not exist any more.',
  method_not_allowed: 'This is not possible here.',
  not_acceptable: 'This is not possible here.',
  conflict: 'The poll has changed since you answered. Look at it again, then vote.',
  poll_not_open: 'The poll is not open yet. Your answer was not counted.',
  poll_paused: 'The poll is paused. Your answer was not counted. Vote again when it goes on.',
  poll_closed: 'The poll was closed before your answer arrived. It was not counted.',
  already_voted: 'You have already voted. Your first answer counts.',
  stale_revision: 'The poll has changed since you answered. Look at it again, then vote.',
  payload_too_large: 'This answer is too long. It was not counted.',
  unsupported_media_type: 'This is not possible here.',
  option_invalid: 'One of the options does not exist any more. Choose again.',
  too_few_choices: 'You chose too few options. Your answer was not counted.',
  too_many_choices: 'You chose too many options. Your answer was not counted.',
  idempotency_conflict: 'This is not possible here.',
  revision_required: 'This is not possible here.',
  rate_limited: 'That was too fast. Try again in a moment.',
  internal: 'Something went wrong on the server. Try again.',
  unavailable: 'The server cannot do this now. Try again in a moment.',
  busy: 'The server is very busy. Try again in a moment.',
  not_withdrawn: 'The server did not answer. Your vote may still count. Try again.'
} as const satisfies Record<ErrorCode | 'not_withdrawn', string>

type Refusal = keyof typeof refusalWords

/** Where a kind needs other words: not everything that is answered is an option. */
const refusalWordsByKind: Partial<Record<PollKind, Partial<Record<Refusal, string>>>> = {
  rating: { option_invalid: 'This number is not on the scale any more. Choose again.' },
  number: { option_invalid: 'This number is not possible here. Your answer was not counted.' },
  text: { validation_failed: 'This text has characters that cannot be shown. It was not counted.' },
  ranking: { too_few_choices: 'You ranked too few options. Your answer was not counted.', too_many_choices: 'You ranked too many options. Your answer was not counted.' },
  words: {
    validation_failed: 'One of the words has characters that cannot be shown. Your answer was not counted.',
    too_few_choices: 'You wrote too few words. Your answer was not counted.',
    too_many_choices: 'You wrote too many words. Your answer was not counted.'
  }
}

export function refusalText (kind: PollKind, reason: Refusal, access?: RoomAccess): string {
  if (reason === 'unauthenticated' && access === 'accounts') return 'Sign in first. Your answer was not counted.'
  return refusalWordsByKind[kind]?.[reason] ?? refusalWords[reason]
}

export function choiceRule ({ kind, minChoices, maxChoices, options }: Poll): string {
  if (kind === 'single') return 'Choose one.'
  const most = Math.min(maxChoices, options.length)
  if (minChoices === most) return `Choose exactly ${most}.`
  if (most === options.length) return minChoices <= 1 ? 'Choose one or more.' : `Choose at least ${minChoices}.`
  return minChoices <= 1 ? `Choose up to ${most}.` : `Choose ${minChoices} to ${most}.`
}

/** What is wrong with the number of choices; null when nothing is. */
export function choiceProblem ({ kind, minChoices, maxChoices }: Poll, chosen: number): string | null {
  if (chosen < minChoices) return kind === 'single' || minChoices === 1 ? 'Choose an option first.' : `Choose at least ${minChoices} options.`
  if (chosen > maxChoices) return `Choose at most ${maxChoices} ${maxChoices === 1 ? 'option' : 'options'}.`
  return null
}

/** Where the poll stands, for everyone to read; empty while it is simply open. */
export function statusWords (status: Poll['status']): string {
  switch (status) {
    case 'open': return ''
    case 'paused': return 'The poll is paused. Voting is not possible now.'
    case 'closed': return 'The poll is closed.'
    case 'draft': return 'The poll is not open yet.'
    case 'archived': return 'The poll is over.'
    default: return status satisfies never
  }
}

export function voterWords (voters: number): string {
  return voters === 1 ? '1 voter' : `${voters.toLocaleString('en')} voters`
}

/** Why the audience sees no results. */
export function hiddenWords ({ revealed, resultsVisibility }: Poll): string {
  if (revealed === false) return 'The results are hidden.'
  switch (resultsVisibility) {
    case 'live': return ''
    case 'after_vote': return 'You see the results after you vote.'
    case 'after_close': return 'The results are shown when the poll is closed.'
    case 'hosts': return 'Only the hosts see the results.'
    default: return resultsVisibility satisfies never
  }
}

/** Where the poll stands, for the projector. */
export function projectorWords (status: Poll['status'], isFinal: boolean): string {
  switch (status) {
    case 'open': return 'Voting is open'
    case 'paused': return 'Voting is paused'
    case 'closed': return isFinal ? 'Voting is closed. Final result' : 'Voting is closed'
    case 'draft': return 'Voting is not open yet'
    case 'archived': return 'The poll is over'
    default: return status satisfies never
  }
}
