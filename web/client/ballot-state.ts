import type { Answer } from '../../server/protocol/poll.ts'
import type { RoomAccess } from '../../server/protocol/room.ts'
import { currentDelivery } from './ballot-sender.ts'
import { answerRules } from './answer-rules.ts'
import type { Ballots } from './ballots.ts'
import type { ConnectionState } from './connection.ts'
import { draftOf, isSameAnswer, type Draft } from './draft.ts'
import type { HeldView } from './held-view.ts'
import { t } from './text.ts'
import { refusalText } from './words.ts'

/** All that the form and the status line need to know of one voter's ballot. */
export interface BallotState {
  /** What the form shows. */
  draft: Draft
  /** The server has an answer of this round. Whether it counts is the status line's to say. */
  isStored: boolean
  isPending: boolean
  /** Filled in otherwise than stored. */
  isDirty: boolean
  isReadOnly: boolean
  canSend: boolean
  canWithdraw: boolean
  status: string
  alert: string
}

/** How a stored answer stands. */
const standings = { shown: 'counted', held: 'held', removed: 'removed' } as const

export function readBallot (view: HeldView, { drafts, outbox, sender }: Ballots, connection: ConnectionState, access?: RoomAccess): BallotState {
  const { poll, myVote } = view
  const kept = outbox.get(poll.id)
  const pending = kept?.round === poll.round ? kept : undefined
  const delivery = currentDelivery(sender.delivery(poll.id), poll)
  const isStored = myVote !== null
  const isOver = poll.status !== 'open' && poll.status !== 'paused'
  const isReadOnly = isOver || (isStored && poll.revote === 'locked')
  const held = pending?.answer ?? myVote
  const draft = (isReadOnly && isStored ? undefined : drafts.get(poll)) ?? (held === null ? {} : draftOf(held))
  const differsFrom = (answer: Answer) => !isSameAnswer(poll, answerRules[poll.kind].toAnswer(draft, poll), answer)
  const isDirty = isStored && differsFrom(myVote)

  function findStatus (): string {
    if (pending !== undefined) {
      if (differsFrom(pending.answer)) return t(connection === 'lost' ? 'earlierKept' : 'newNotSent')
      if (connection === 'lost') return t('kept')
      if (delivery?.state === 'waiting') return t('unconfirmed')
      return t('sending')
    }
    if (delivery?.state === 'withdrawing') return t('withdrawing')
    if (isStored && isDirty) return t(view.review === undefined ? 'notSent' : 'newNotSent')
    if (isStored) return t(standings[view.review ?? 'shown'])
    return delivery?.state === 'withdrawn' ? t('withdrawn') : ''
  }

  return {
    draft,
    isStored,
    isPending: pending !== undefined,
    isDirty,
    isReadOnly,
    canSend: poll.status === 'open' && !isReadOnly,
    canWithdraw: poll.status === 'open' && poll.revote === 'withdraw' && isStored && pending === undefined,
    status: findStatus(),
    alert: delivery?.state === 'refused' ? refusalText(delivery.reason, { kind: poll.kind, access }) : ''
  }
}

/** What the voter should know of answers to other polls than the one that is shown. */
export function readEarlierBallots (view: (pollId: string) => HeldView | undefined, shownPollId: string | undefined, { outbox, sender }: Ballots) {
  const isEarlier = (pollId: string) => pollId !== shownPollId && view(pollId) !== undefined
  const refused = sender.refusedPollIds().filter(isEarlier).at(-1)
  const question = refused === undefined ? undefined : view(refused)?.poll.question
  return {
    status: outbox.all().some((kept) => isEarlier(kept.pollId)) ? t('earlierKept') : '',
    alert: question === undefined ? '' : t('earlierLate', { question })
  }
}
