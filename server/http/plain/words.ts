import type { Poll } from '../../protocol/poll.ts'
import { problems, type ErrorCode } from '../../protocol/problem.ts'

/** All texts of the pages that need no script. */
export const words = {
  waiting: 'Waiting for the next question',
  reload: 'Load again',
  noRoom: 'There is no room with this code',
  lookAgain: 'Look at the screen in the room and try again.',
  otherCode: 'Enter another code',
  troubled: 'This page cannot be shown now',
  noPoll: 'There is no such poll',
  noPollYet: 'It may not be open yet, or it was deleted.',
  vote: 'Vote',
  changeVote: 'Change vote',
  withdraw: 'Withdraw vote',
  yourAnswerWas: 'Your answer:',
  yourAnswer: 'Your answer',
  yourNumber: 'Your number',
  place: (place: number) => `Number ${place}`,
  noOption: 'None',
  word: (number: number, of: number) => of === 1 ? 'Your word' : `Word ${number}`,
  accessCode: 'Access code',
  accessCodeReason: 'This room asks for an access code. Type it unless this device has used it already.',
  signInReason: 'In this room you vote with your account. Sign in on a page with JavaScript first.',
  paused: 'The poll is paused. Voting is not possible now.',
  closed: 'The poll is closed.',
  counted: 'Counted',
  earlierCounts: 'Your earlier answer counts.',
  held: 'Waits for a moderator',
  changed: 'Counted. Your new answer counts.',
  unchanged: 'Counted. Your answer is the same as before.',
  withdrawn: 'Vote withdrawn',
  results: 'Results',
  finalResult: 'Final result',
  answer: 'Answer',
  votes: 'Votes',
  voters: (count: number) => count === 1 ? '1 voter' : `${count} voters`
} as const

const asks = {
  single: () => 'Choose one.',
  multiple: ({ minChoices, maxChoices }) => `Choose ${span(minChoices, maxChoices)}.`,
  ranking: ({ minChoices, maxChoices }) => `Rank ${span(minChoices, maxChoices)}, the best first.`,
  rating: ({ scale }) => scale === undefined ? 'Choose one.' : `Choose from ${scale.min} to ${scale.max}.`,
  number: ({ range }) => askForNumber(range),
  text: () => 'In your own words.',
  words: ({ minChoices, maxChoices }) => maxChoices === 1 ? 'One word, or a few that belong together.' : `Write ${span(minChoices, maxChoices)} words.`
} as const satisfies Record<Poll['kind'], (poll: Poll) => string>

/** What the poll asks for. */
export function ask (poll: Poll): string {
  return asks[poll.kind](poll)
}

function span (least: number, most: number): string {
  return least === most ? `exactly ${most}` : `${least} to ${most}`
}

function askForNumber ({ min, max, step }: NonNullable<Poll['range']> = { min: null, max: null, step: null }): string {
  const bounds = [min === null ? '' : ` from ${min}`, max === null ? '' : ` up to ${max}`].join('')
  return `A number${bounds}${step === null ? '' : `, in steps of ${step}`}.`
}

const refusals: Partial<Record<ErrorCode, string>> = {
  validation_failed: 'This answer could not be read. It was not counted.',
  unauthenticated: 'The vote was not counted, because the server does not know this browser. Allow cookies for this page, then vote again.',
  forbidden: 'You may not vote here. The vote was not counted.',
  not_found: 'This poll does not exist any more.',
  room_not_found: 'There is no room with this code.',
  poll_not_found: 'This poll does not exist any more.',
  conflict: 'The poll has changed since you answered. Look at it again, then vote.',
  poll_not_open: 'The poll is not open yet. Your answer was not counted.',
  poll_paused: 'The poll is paused. Your answer was not counted. Vote again when it goes on.',
  poll_closed: 'The poll was closed before your answer arrived. It was not counted.',
  already_voted: 'You have already voted. Your first answer counts.',
  option_invalid: 'This answer is not possible here. Choose again.',
  too_few_choices: 'You gave too few answers. Your vote was not counted.',
  too_many_choices: 'You gave too many answers. Your vote was not counted.',
  rate_limited: 'That was too fast. Try again in a moment.',
  internal: 'Something went wrong on the server. Try again.',
  unavailable: 'The server cannot do this now. Try again in a moment.',
  busy: 'The server is very busy. Try again in a moment.'
}

/** Why a vote was not taken. */
export function refusalOf (code: ErrorCode): string {
  return refusals[code] ?? `${problems[code][1]}.`
}

/** Why the audience sees no results; empty where it sees them. */
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
