import type { Poll, PollKind } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { RoomAccess } from '../../server/protocol/room.ts'
import { t, type TextKey } from './text.ts'

type Refusal = ErrorCode | 'not_withdrawn'
type RefusalKey = Extract<TextKey, `refused${string}`>

/** Why an answer was not taken. */
const refusalKeys = {
  validation_failed: 'refusedInvalid',
  unauthenticated: 'refusedUnknown',
  forbidden: 'refusedForbidden',
  results_hidden: 'refusedHidden',
  not_found: 'refusedGone',
  room_not_found: 'refusedRoom',
  poll_not_found: 'refusedGone',
  method_not_allowed: 'refusedImpossible',
  not_acceptable: 'refusedImpossible',
  conflict: 'refusedChanged',
  poll_not_open: 'refusedNotOpen',
  poll_paused: 'refusedPaused',
  poll_closed: 'refusedClosed',
  already_voted: 'refusedVoted',
  stale_revision: 'refusedChanged',
  payload_too_large: 'refusedTooLong',
  unsupported_media_type: 'refusedImpossible',
  option_invalid: 'refusedOption',
  too_few_choices: 'refusedTooFew',
  too_many_choices: 'refusedTooMany',
  idempotency_conflict: 'refusedImpossible',
  revision_required: 'refusedImpossible',
  rate_limited: 'refusedRate',
  internal: 'refusedInternal',
  unavailable: 'refusedUnavailable',
  busy: 'refusedBusy',
  not_withdrawn: 'refusedNotWithdrawn'
} as const satisfies Record<Refusal, RefusalKey>

/** Where a kind needs other words: not everything that is answered is an option. */
const refusalKeysByKind: Partial<Record<PollKind, Partial<Record<Refusal, RefusalKey>>>> = {
  rating: { option_invalid: 'refusedStep' },
  number: { option_invalid: 'refusedNumber' },
  text: { validation_failed: 'refusedText' },
  ranking: { too_few_choices: 'refusedFewRanked', too_many_choices: 'refusedManyRanked' },
  words: { validation_failed: 'refusedWord', too_few_choices: 'refusedFewWords', too_many_choices: 'refusedManyWords' }
}

/** @param answered what was refused; without it the words are for the room */
export function refusalText (reason: Refusal, answered?: { kind: PollKind, access: RoomAccess | undefined }): string {
  if (answered === undefined) return t(refusalKeys[reason])
  if (reason === 'unauthenticated' && answered.access === 'accounts') return t('refusedSignedOut')
  return t(refusalKeysByKind[answered.kind]?.[reason] ?? refusalKeys[reason])
}

/** Where the poll stands, for everyone to read; empty while it is simply open. */
export function statusWords (status: Poll['status']): string {
  switch (status) {
    case 'open': return ''
    case 'paused': return t('statusPaused')
    case 'closed': return t('statusClosed')
    case 'draft': return t('statusDraft')
    case 'archived': return t('statusArchived')
    default: return status satisfies never
  }
}

export function voterWords (voters: number): string {
  return t('voters', { count: voters })
}

/** Why the audience sees no results. */
export function hiddenWords ({ revealed, resultsVisibility }: Poll): string {
  if (revealed === false) return t('hiddenByHost')
  switch (resultsVisibility) {
    case 'live': return ''
    case 'after_vote': return t('hiddenUntilVote')
    case 'after_close': return t('hiddenUntilClose')
    case 'hosts': return t('hiddenForHosts')
    default: return resultsVisibility satisfies never
  }
}

/** Where the poll stands, for the projector. */
export function projectorWords (status: Poll['status'], isFinal: boolean): string {
  switch (status) {
    case 'open': return t('stageOpen')
    case 'paused': return t('stagePaused')
    case 'closed': return t(isFinal ? 'stageFinal' : 'stageClosed')
    case 'draft': return t('stageDraft')
    case 'archived': return t('stageArchived')
    default: return status satisfies never
  }
}
