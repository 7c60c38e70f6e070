import type { LockedState, PollChange } from '../../db/poll-store.ts'
import type { PollStatus } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { definitionOf } from './poll-definition.ts'
import { emptyTally } from './tally.ts'

export type PollCommand = 'open' | 'pause' | 'close' | 'archive' | 'reset'

const allowedFrom: Record<PollCommand, readonly PollStatus[]> = {
  open: ['draft', 'paused', 'closed'],
  pause: ['open'],
  close: ['open', 'paused'],
  archive: ['draft', 'closed'],
  reset: ['open', 'paused', 'closed']
}

const statusAfter = {
  open: 'open', pause: 'paused', close: 'closed', archive: 'archived', reset: 'paused'
} as const satisfies Record<PollCommand, PollStatus>

/**
 * What a command changes, or undefined when the poll is in that state already.
 * Throws `conflict` where the command does not fit the state.
 */
export function applyCommand (state: LockedState, command: PollCommand): PollChange | undefined {
  const { poll, tally } = state
  const status = statusAfter[command]
  if (poll.status === status && command !== 'reset') return undefined
  if (!allowedFrom[command].includes(poll.status)) {
    throw new PlenumError('conflict', { detail: `A poll that is ${poll.status} cannot do this: ${command}.` })
  }
  if (command === 'reset') {
    // What a presenter showed was the old round; what was hidden stays hidden.
    const revealed = poll.revealed === true ? null : poll.revealed
    const closesAt = poll.settings.timeLimitSeconds === undefined ? withoutPastClose(state) : { closesAt: null }
    const content = emptyTally(poll.kind, definitionOf(state))
    return { poll: { status, round: poll.round + 1, revealed, openedAt: null, revealedAt: null, ...closesAt }, tally: { round: poll.round + 1, content } }
  }
  return { poll: { status, ...(command === 'open' ? openNow(state) : {}) }, tally: { round: poll.round, content: tally } }
}

/** A poll with a time limit gets all of it each time that it opens, but not when it goes on after a pause. */
function openNow (state: LockedState): PollChange['poll'] {
  const { poll, now } = state
  const { timeLimitSeconds } = poll.settings
  const goesOn = poll.status === 'paused' && poll.openedAt !== null
  const limit = timeLimitSeconds === undefined || goesOn ? withoutPastClose(state) : { closesAt: new Date(now.getTime() + timeLimitSeconds * 1000) }
  // Nobody saw what the host revealed of a draft; whoever opens it revealed shows it from the first vote on.
  const revealedAt = poll.status === 'draft' ? (poll.revealed === true ? now : null) : poll.revealedAt
  return { openedAt: poll.openedAt ?? now, revealedAt, ...limit }
}

/** Who opens or resets a poll after its time means it: the time that has passed would close it again at once. */
function withoutPastClose ({ poll, now }: LockedState): PollChange['poll'] {
  return poll.closesAt !== null && poll.closesAt <= now ? { closesAt: null } : {}
}

/** What is due by the poll's own times, or undefined: whoever comes second finds nothing left to do. */
export function applySchedule (state: LockedState): PollChange | undefined {
  const { poll, now } = state
  if (poll.closesAt !== null && poll.closesAt <= now && (poll.status === 'open' || poll.status === 'paused')) {
    return applyCommand(state, 'close')
  }
  if (poll.opensAt === null || poll.opensAt > now || poll.status !== 'draft') return undefined
  const change = applyCommand(state, 'open')
  // Nobody opened it by hand, so a close that has passed too (no server ran in between) stays due.
  return change && { ...change, poll: { ...change.poll, closesAt: poll.closesAt ?? change.poll.closesAt ?? null } }
}

/** Shows the results to everyone or hides them, whatever the policy. */
export function applyReveal ({ poll, tally, now }: LockedState, revealed: boolean): PollChange | undefined {
  if (poll.revealed === revealed) return undefined
  const isShown = revealed && poll.status !== 'draft'
  return { poll: { revealed, ...(isShown ? { revealedAt: poll.revealedAt ?? now } : {}) }, tally: { round: poll.round, content: tally } }
}
