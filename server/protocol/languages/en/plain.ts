import type { Messages } from '../message.ts'

/** What only pages without a script say; the rest of their texts is the phone's. */
export const plain = {
  reload: 'Load again',
  lookAgain: 'Look at the screen in the room and try again.',
  pageTroubled: 'This page cannot be shown now',
  pollMayBeGone: 'It may not be open yet, or it was deleted.',
  place: 'Number {place}',
  noOption: 'None',
  accessCodeReason: 'This room asks for an access code. Type it unless this device has used it already.',
  accountReason: 'In this room you vote with your account. Sign in on a page with JavaScript first.',
  earlierCounts: 'Your earlier answer counts.',
  countedAnew: 'Counted. Your new answer counts.',
  countedBefore: 'Counted. Your answer is the same as before.',
  answer: 'Answer',
  refusedNoCookie: 'The vote was not counted, because the server does not know this browser. Allow cookies for this page, then vote again.',
  refusedAnswer: 'This answer is not possible here. Choose again.',
  refusedFewAnswers: 'You gave too few answers. Your vote was not counted.',
  refusedManyAnswers: 'You gave too many answers. Your vote was not counted.'
} as const satisfies Messages
