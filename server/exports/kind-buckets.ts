import type { LedgerBallot } from '../../db/export-store.ts'
import { countedAnswer } from '../polls/ballot.ts'
import { kinds } from '../polls/kinds/kinds.ts'
import { orderOf } from '../polls/kinds/ranking/orders.ts'
import type { PollKind } from '../protocol/poll.ts'

/** The buckets of what counts of a ballot; null when nothing does. */
export function bucketsOf (kind: PollKind, ballot: LedgerBallot | undefined): string[] | null {
  const answer = countedAnswer(ballot)
  return answer === null ? null : kinds[kind].buckets(answer)
}

/** What of the counts in results a bucket adds to: a ranking shows first preferences. */
export function countOf (kind: PollKind, bucket: string): string {
  return kind === 'ranking' ? String(orderOf(bucket)[0]) : bucket
}
