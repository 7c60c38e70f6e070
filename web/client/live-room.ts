import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { OwnVote as OwnVoteEvent, Poll, Results } from '../../server/protocol/poll.ts'
import type { JoinedRoom, RoomRole, RoomState } from '../../server/protocol/room.ts'
import type { ClientEventReply, ServerToClientEvents } from '../../server/protocol/events.ts'
import { createServerClock, type ServerClock } from './server-clock.ts'
import { isForStaffOnly, mergeView, withMyVote, withPoll, withResults, ownVoteOf, type HeldView, type OwnVote } from './held-view.ts'
import { createLiveQuestions, type LiveQuestions } from './live-questions.ts'
import { pickShownPoll } from '../../server/protocol/shown-poll.ts'

/** What the audience is told. */
type LiveEventName = Exclude<keyof ServerToClientEvents, 'suggestions'>
type LiveEvent = { [E in LiveEventName]: [E, Parameters<ServerToClientEvents[E]>[0]] }[LiveEventName]

/** A room as a device is told of it. */
export type RoomView = Omit<ClientEventReply['room:join'], 'voterToken'>

export interface LiveRoom {
  readonly room: ReadonlySignal<JoinedRoom | null>
  /** People connected to the room; null until the server has told. */
  readonly present: ReadonlySignal<number | null>
  /** In which whoever looks at the screen manages the room; null for everybody else. */
  readonly role: ReadonlySignal<RoomRole | null>
  /** The poll that the screen shows; null while there is none. */
  readonly shown: ReadonlySignal<HeldView | null>
  readonly questions: LiveQuestions
  readonly clock: ServerClock
  /** All polls that the audience may see, in the host's order. */
  readonly polls: ReadonlySignal<readonly Poll[]>
  view: (pollId: string) => HeldView | undefined
  /** What is learnt from here on is applied once more after `applyJoin`: the reply may be older. */
  beginJoin: () => void
  applyJoin: (reply: RoomView) => void
  apply: (...event: LiveEvent) => void
  /** What the server said about this voter's own vote in a round. */
  recordMyVote: (pollId: string, round: number, own: OwnVote) => void
}

/**
 * What this device knows of one room. Nothing older ever replaces something newer: results go by
 * `version`, polls and the room by `revision` (R3).
 * @param isStaff what this viewer brings along lets it see what is hidden from the audience; what the server shows it has the last word
 */
export function createLiveRoom ({ isStaff = false, clock = createServerClock() }: { isStaff?: boolean, clock?: ServerClock } = {}): LiveRoom {
  const room = signal<JoinedRoom | null>(null)
  const present = signal<number | null>(null)
  const role = signal<RoomRole | null>(null)
  const views = signal<ReadonlyMap<string, HeldView>>(new Map())
  const shownPollId = signal<string | null>(null)
  const questions = createLiveQuestions()
  const removedPollIds = new Set<string>()
  let roomRevision = 0
  let learntDuringJoin: (() => void)[] = []
  let isJoining = false

  function settle (stageWasCleared = false) {
    const previous = stageWasCleared ? null : shownPollId.value
    shownPollId.value = pickShownPoll([...views.value.values()].map((view) => view.poll), room.value?.currentPollId ?? null, previous)
  }

  function change (pollId: string, update: (view: HeldView) => HeldView) {
    const view = views.value.get(pollId)
    if (view === undefined) return
    const updated = update(view)
    if (updated !== view) views.value = new Map(views.value).set(pollId, updated)
  }

  function applyPoll (poll: Poll) {
    clock.learn(poll.updatedAt)
    if (poll.roomId !== room.value?.id || removedPollIds.has(poll.id)) return
    if (views.value.has(poll.id)) change(poll.id, (view) => withPoll(view, poll, isStaff))
    else views.value = new Map(views.value).set(poll.id, { poll, results: null, myVote: null })
    settle()
  }

  function applyResults (results: Results) {
    clock.learn(results.at)
    change(results.pollId, (view) => withResults(view, results))
  }

  /** Asked once, as it comes in: what is applied again after a join may meet a poll that was hidden since. */
  function learnStaff ([name, event]: LiveEvent) {
    const view = name === 'results' ? views.value.get(event.pollId) : undefined
    if (view !== undefined && isForStaffOnly(view.poll)) isStaff = true
  }

  function applyOwnVote (told: OwnVoteEvent) {
    change(told.pollId, (view) => withMyVote(view, told.round, ownVoteOf(told), isStaff))
  }

  function applyRemoval (pollId: string) {
    removedPollIds.add(pollId)
    const kept = new Map(views.value)
    if (kept.delete(pollId)) views.value = kept
    settle()
  }

  function applyRoom (state: RoomState) {
    if (room.value === null || state.roomId !== room.value.id || state.revision < roomRevision) return
    present.value = state.present
    if (state.revision === roomRevision) return
    const stageWasCleared = room.value.currentPollId !== null && state.currentPollId === null
    roomRevision = state.revision
    const { id, code } = room.value
    const { present: _present, roomId: _roomId, ...told } = state
    room.value = { id, code, ...told }
    settle(stageWasCleared)
  }

  function dispatch (event: LiveEvent) {
    switch (event[0]) {
      case 'results': return applyResults(event[1])
      case 'poll': return applyPoll(event[1])
      case 'poll:removed': return applyRemoval(event[1].pollId)
      case 'room': return applyRoom(event[1])
      case 'questions': return questions.apply(event[1])
      case 'vote': return applyOwnVote(event[1])
      default: event satisfies never
    }
  }

  function learn (apply: () => void) {
    if (isJoining) learntDuringJoin.push(apply)
    apply()
  }

  return {
    room,
    present,
    role,
    shown: computed(() => views.value.get(shownPollId.value ?? '') ?? null),
    questions,
    clock,
    polls: computed(() => [...views.value.values()].map(({ poll }) => poll)),
    view: (pollId) => views.value.get(pollId),
    beginJoin: () => {
      isJoining = true
      learntDuringJoin = []
    },
    applyJoin: (reply) => {
      const stageWasCleared = room.value?.id === reply.room.id && reply.room.revision >= roomRevision && room.value.currentPollId !== null && reply.room.currentPollId === null
      // The reply may come from an instance that lags behind the last event.
      if (reply.room.revision >= roomRevision || room.value?.id !== reply.room.id) {
        roomRevision = reply.room.revision
        room.value = reply.room
      }
      role.value = reply.role ?? null
      present.value = reply.present ?? present.value
      const hidden = reply.polls.filter(({ poll }) => isForStaffOnly(poll))
      if (hidden.length > 0) isStaff = hidden.some(({ results }) => results !== null)
      const listed = reply.polls.filter((view) => !removedPollIds.has(view.poll.id))
      views.value = new Map(listed.map((view) => [view.poll.id, mergeView(views.value.get(view.poll.id), view)]))
      questions.applyJoin(reply.questions)
      clock.restart()
      for (const view of reply.polls) clock.learn(view.now)
      settle(stageWasCleared)
      isJoining = false
      for (const learn of learntDuringJoin.splice(0)) learn()
    },
    apply: (...event) => {
      learnStaff(event)
      learn(() => dispatch(event))
    },
    recordMyVote: (pollId, round, own) => learn(() => change(pollId, (view) => withMyVote(view, round, own, isStaff)))
  }
}
