import type { StoredPoll, TallyRow } from '../../db/poll-store.ts'
import type { LockedPoll, StoredTally } from '../../db/ledger.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import type { Staff } from '../rooms/staff.ts'

/** A poll and its results at one moment, with what decides who may see them. The bodies are shared: never change them. */
export interface PollSnapshot {
  readonly poll: Poll
  readonly results: Results
  readonly staff: Staff
}

/** The one place where a stored poll becomes what the API shows. */
export function toSnapshot (stored: StoredPoll): PollSnapshot {
  const { poll, options, tally, staff } = stored
  return {
    staff,
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
      opensAt: toText(poll.opensAt),
      closesAt: toText(poll.closesAt),
      revision: poll.revision,
      createdAt: poll.createdAt.toISOString(),
      updatedAt: poll.updatedAt.toISOString()
    },
    results: toResults(poll.id, poll, tally, tally.at)
  }
}

/** @param tally of the poll's current round */
export function toResults (pollId: string, poll: Pick<LockedPoll, 'round' | 'status'>, tally: StoredTally, at: Date): Results {
  return {
    pollId,
    round: poll.round,
    version: tally.version,
    status: poll.status,
    final: poll.status === 'closed' || poll.status === 'archived',
    voters: tally.voters,
    counts: tally.counts,
    at: at.toISOString()
  }
}

/** An older round reads as closed and final, whatever the poll does now. */
export function toPastResults (tally: TallyRow): Results {
  return toResults(tally.pollId, { round: tally.round, status: 'closed' }, tally, tally.at)
}

function toText (instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString()
}
