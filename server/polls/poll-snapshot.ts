import type { RoundTally, StoredPoll } from '../../db/poll-store.ts'
import type { LockedPoll, StoredTally } from '../../db/ledger.ts'
import type { Derived } from '../protocol/derived.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import type { Correct } from '../protocol/poll-settings.ts'
import type { Staff } from '../rooms/staff.ts'

/** A poll and its results at one moment, with what decides who may see them. The bodies are shared: never change them. */
export interface PollSnapshot {
  /** As everyone who may see the poll sees it. */
  readonly poll: Poll
  /** What of the poll only those who manage it see until it is revealed; null when there is nothing of that kind. */
  readonly secret: PollSecret | null
  readonly results: Results
  readonly staff: Staff
}

export type PollSecret = Pick<Poll, 'correct' | 'explanation'>

/** The one place where a stored poll becomes what the API shows. */
export function toSnapshot (stored: StoredPoll): PollSnapshot {
  const { poll, options, tally, staff } = stored
  const { correct, explanation, ...settings } = poll.settings
  const secret: PollSecret | null = correct === undefined ? null : { correct, ...(explanation === undefined ? {} : { explanation }) }
  const isRevealed = poll.revealed === true
  return {
    staff,
    secret: isRevealed ? null : secret,
    poll: {
      id: poll.id,
      roomId: poll.roomId,
      kind: poll.kind,
      question: poll.question,
      options,
      status: poll.status,
      round: poll.round,
      revote: poll.revote,
      resultsVisibility: poll.resultsVisibility,
      revealed: poll.revealed,
      minChoices: poll.minChoices,
      maxChoices: poll.maxChoices,
      ...settings,
      ...(isRevealed ? secret : {}),
      opensAt: toText(poll.opensAt),
      closesAt: toText(poll.closesAt),
      revision: poll.revision,
      createdAt: poll.createdAt.toISOString(),
      updatedAt: poll.updatedAt.toISOString()
    },
    results: toResults(poll.id, poll, tally, tally.at)
  }
}

const hostBodies = new WeakMap<Poll, Poll>()

/** The poll as those who manage it see it. */
export function hostBodyOf ({ poll, secret }: PollSnapshot): Poll {
  if (secret === null) return poll
  let body = hostBodies.get(poll)
  if (body === undefined) hostBodies.set(poll, body = { ...poll, ...secret })
  return body
}

/** @param tally of the poll's current round */
export function toResults (pollId: string, poll: Pick<LockedPoll, 'round' | 'status' | 'revealed' | 'settings'>, tally: StoredTally, at: Date): Results {
  const derived = deriveResults(tally, poll.revealed === true ? poll.settings.correct : undefined)
  return {
    pollId,
    round: poll.round,
    version: tally.version,
    status: poll.status,
    final: poll.status === 'closed' || poll.status === 'archived',
    voters: tally.voters,
    counts: tally.counts,
    at: at.toISOString(),
    ...(derived === null ? {} : { derived })
  }
}

function deriveResults ({ derived, correctVoters }: StoredTally, correct: Correct | undefined): Derived | null {
  return correct === undefined ? derived : { ...derived, correct, correctVoters }
}

/** An older round reads as closed and final, whatever the poll does now. It has its own right answer, which is shown while the poll is revealed. */
export function toPastResults ({ revealed }: Poll, { tally, definition }: RoundTally): Results {
  return toResults(tally.pollId, { round: tally.round, status: 'closed', revealed, settings: definition?.settings ?? {} }, tally, tally.at)
}

function toText (instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString()
}
