import type { LedgerBallot } from '../../db/export-store.ts'
import { countedAnswer } from '../polls/ballot.ts'
import { kinds } from '../polls/kinds/kinds.ts'
import { orderOf } from '../polls/kinds/ranking/orders.ts'
import type { Poll, PollKind, Results } from '../protocol/poll.ts'

/** A poll may become one of another kind with a new round. What was derived of an older round tells what it was then. */
export function kindOfRound (poll: Poll, { round, counts, derived }: Results): PollKind {
  if (round === poll.round) return poll.kind
  if (derived?.borda !== undefined) return 'ranking'
  if (derived?.histogram !== undefined) return 'number'
  if (derived?.mean !== undefined) return 'rating'
  if (derived?.distinct !== undefined) return 'words'
  if (Object.keys(counts).length === 0) return 'text'
  return poll.kind === 'single' ? 'single' : 'multiple'
}

/** The buckets of what counts of a ballot; null when nothing does. */
export function bucketsOf (kind: PollKind, ballot: LedgerBallot | undefined): string[] | null {
  const answer = countedAnswer(ballot)
  return answer === null ? null : kinds[kind].buckets(answer)
}

/** What of the counts in results a bucket adds to: a ranking shows first preferences. */
export function countOf (kind: PollKind, bucket: string): string {
  return kind === 'ranking' ? String(orderOf(bucket)[0]) : bucket
}
