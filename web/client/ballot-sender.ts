import { signal } from '@preact/signals'
import type { Answer, Poll } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { BallotDrafts } from './ballot-drafts.ts'
import type { BallotOutbox, KeptAnswer } from './ballot-outbox.ts'
import type { Connection } from './connection.ts'
import { draftOf } from './draft.ts'
import { ownVoteOf } from './held-view.ts'
import type { LiveRoom } from './live-room.ts'
import type { OtherTabs } from './other-tabs.ts'
import { backOffMs, isPassing } from './retry.ts'

/**
 * What is under way or came of the last try; whether a vote counts is `myVote`'s to say.
 * `waiting`: the server could not take it now, and it goes out again by itself.
 */
export type Delivery = { round: number } & (
  | { state: 'sending' | 'waiting' | 'withdrawing' | 'withdrawn' }
  | { state: 'refused', reason: ErrorCode | 'not_withdrawn' })

export interface BallotSender {
  delivery: (pollId: string) => Delivery | undefined
  /** Polls whose last answer was refused since the voter last sent one. */
  refusedPollIds: () => string[]
  /** Keeps the answer, and sends it until it is acknowledged or refused. */
  cast: (poll: Poll, answer: Answer) => void
  /** True once the vote is withdrawn. */
  withdraw: (poll: Poll) => Promise<boolean>
}

interface Parts {
  connection: Pick<Connection, 'request' | 'refresh' | 'onLive' | 'voteRefusal'>
  liveRoom: Pick<LiveRoom, 'room' | 'view' | 'recordMyVote'>
  drafts: Pick<BallotDrafts, 'drop' | 'giveBack'>
  outbox: BallotOutbox
  otherTabs: OtherTabs
  wait?: (ms: number) => Promise<void>
}

export function createBallotSender ({ connection, liveRoom, drafts, outbox, otherTabs, wait = sleep }: Parts): BallotSender {
  const deliveries = signal<ReadonlyMap<string, Delivery>>(new Map())
  const busyPollIds = new Set<string>()

  function tell (pollId: string, delivery: Delivery | undefined) {
    const changed = new Map(deliveries.value)
    if (delivery === undefined) changed.delete(pollId)
    else changed.set(pollId, delivery)
    deliveries.value = changed
  }

  function settle (kept: KeptAnswer) {
    if (outbox.drop(kept)) otherTabs.tell({ pollId: kept.pollId })
  }

  /** True when there is nothing more to do for now: it was settled, or the line is gone. */
  async function tryOnce (kept: KeptAnswer, tries: number): Promise<boolean> {
    const { pollId, round, answer } = kept
    tell(pollId, { round, state: 'sending' })
    const reply = await connection.request('vote:cast', { pollId, round, answer })
    if (reply.ok) {
      liveRoom.recordMyVote(pollId, round, ownVoteOf({ ...reply.data, myVote: answer }))
      settle(kept)
      tell(pollId, undefined)
      return true
    }
    if (reply.error === 'disconnected') return true
    if (reply.error === 'no_answer' || isPassing(reply.error)) {
      tell(pollId, { round, state: 'waiting' })
      await wait(backOffMs(tries, reply.error))
      return false
    }
    // A newer answer that was given meanwhile goes out, and gets its own reply.
    if (outbox.get(pollId) === kept) {
      tell(pollId, { round, state: 'refused', reason: reply.error.code })
      drafts.giveBack({ id: pollId, round }, draftOf(answer))
    }
    settle(kept)
    connection.refresh()
    return true
  }

  async function send (pollId: string) {
    if (busyPollIds.has(pollId)) return
    busyPollIds.add(pollId)
    let kept = outbox.get(pollId)
    for (let tries = 0; kept !== undefined; tries += 1) {
      const sent = kept
      const isDone = await tryOnce(sent, tries)
      kept = outbox.get(pollId)
      if (isDone && kept === sent) break
    }
    busyPollIds.delete(pollId)
  }

  connection.onLive(() => {
    for (const kept of outbox.all()) {
      if (kept.roomId === liveRoom.room.value?.id) void send(kept.pollId)
    }
  })

  otherTabs.onNews(({ pollId, kept }) => {
    outbox.follow(pollId, kept)
    if (kept === undefined && liveRoom.view(pollId) !== undefined) connection.refresh()
  })

  return {
    delivery: (pollId) => {
      const delivery = deliveries.value.get(pollId)
      // Who has signed in or redeemed a code since is not refused any more.
      const isOutdated = delivery?.state === 'refused' && isAboutVoter(delivery.reason) && connection.voteRefusal.value === null
      return isOutdated ? undefined : delivery
    },
    refusedPollIds: () => [...deliveries.value].flatMap(([pollId, { state }]) => state === 'refused' ? [pollId] : []),
    cast: (poll, answer) => {
      deliveries.value = new Map([...deliveries.value].filter(([, { state }]) => state !== 'refused'))
      const kept = { roomId: poll.roomId, pollId: poll.id, round: poll.round, answer }
      outbox.keep(kept)
      // From here on the form shows what is kept, and then what is counted, also where another tab has changed it.
      drafts.drop(poll)
      otherTabs.tell({ pollId: poll.id, kept })
      void send(poll.id)
    },
    withdraw: async (poll) => {
      if (busyPollIds.has(poll.id)) return false
      busyPollIds.add(poll.id)
      tell(poll.id, { round: poll.round, state: 'withdrawing' })
      const outcome = await withdrawOnce(poll)
      tell(poll.id, outcome)
      busyPollIds.delete(poll.id)
      return outcome.state === 'withdrawn'
    }
  }

  // Unlike an answer it names no round, so it is never sent again behind the voter's back.
  async function withdrawOnce (poll: Poll): Promise<Delivery> {
    const reply = await connection.request('vote:withdraw', { pollId: poll.id })
    if (reply.ok) {
      liveRoom.recordMyVote(poll.id, poll.round, ownVoteOf({ ...reply.data, myVote: null }))
      otherTabs.tell({ pollId: poll.id, kept: outbox.get(poll.id) })
      return { round: poll.round, state: 'withdrawn' }
    }
    connection.refresh()
    return { round: poll.round, state: 'refused', reason: typeof reply.error === 'object' ? reply.error.code : 'not_withdrawn' }
  }
}

/** A delivery is news only in its own round; that an answer was kept for an earlier one is news in the next. */
export function currentDelivery (delivery: Delivery | undefined, poll: Poll): Delivery | undefined {
  if (delivery === undefined || delivery.round === poll.round) return delivery
  return delivery.state === 'refused' && delivery.reason === 'conflict' ? delivery : undefined
}

function isAboutVoter (reason: string): boolean {
  return reason === 'unauthenticated' || reason === 'forbidden'
}

function sleep (ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
