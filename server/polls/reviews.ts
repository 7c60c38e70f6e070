import type { Sql } from 'postgres'
import type { Db } from '../../db/client.ts'
import { isStorageAway } from '../../db/errors.ts'
import { appendBallots, type BallotDecision, type BallotState, type Review, type StoredBallot } from '../../db/ledger.ts'
import { listResponses } from '../../db/response-store.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Response, ReviewStatus } from '../protocol/response.ts'
import { managesRoom } from '../rooms/staff.ts'
import { countedAnswer } from './ballot.ts'
import { createBatchTeller } from './batch-teller.ts'
import { kinds } from './kinds/kinds.ts'
import type { PollService } from './poll-service.ts'
import type { Onlooker, PollViews } from './poll-views.ts'
import type { ResultsBoard } from './results-board.ts'
import { startTally } from './tally.ts'

export interface ReviewsOptions {
  db: Db
  votes: Sql
  board: ResultsBoard
  polls: PollService
  views: PollViews
  /** Called for each vote that stands otherwise than before. */
  reviewed: (pollId: string, voterId: string) => void
  onError: (error: unknown, sentence: string) => void
}

export interface ResponsePage {
  review: ReviewStatus
  round?: number | undefined
  after?: { version: number, voterId: string } | undefined
  limit: number
}

export type Reviews = ReturnType<typeof createReviews>

/** What people write, listed, and taken out or let in by moderators: each review is a ballot row and a version of its own (V5). */
export function createReviews ({ db, votes, board, polls, views, reviewed, onError }: ReviewsOptions) {
  const tell = createBatchTeller({ board, onError })

  return {
    /**
     * Newest first. What is shown, whoever may see the results sees; what is held or removed, those who manage the room.
     * Throws poll_not_found, results_hidden, forbidden, conflict for a kind that has nothing to list.
     */
    async list (pollId: string, onlooker: Onlooker, { review, round, after, limit }: ResponsePage): Promise<{ found: (Response & { voterId: string })[], isStaff: boolean }> {
      const { poll, staff } = await views.find(pollId, onlooker)
      if (!isWritten(poll.kind)) throw new PlenumError('conflict', { detail: 'This kind of poll has no list of responses.' })
      const isStaff = managesRoom(staff, onlooker.userId)
      if (review === 'shown') await views.findResults(pollId, onlooker, round)
      else if (!isStaff) throw new PlenumError('forbidden', { detail: 'Only those who manage the room see this.' })
      const stored = await listResponses(db, { pollId, round: round ?? poll.round, review: toStored(review), after, limit })
      return { isStaff, found: stored.map(({ voterId, answer, version, at }) => ({ voterId, answer, review, version, castAt: at.toISOString() })) }
    },

    /** Throws poll_not_found, forbidden, not_found for a voter without an answer, unavailable. */
    async review (pollId: string, userId: string, voterId: string, review: ReviewStatus): Promise<Response> {
      const { poll } = await polls.findAs('run', pollId, userId)
      if (!isWritten(poll.kind)) throw new PlenumError('conflict', { detail: 'Only what people write can be reviewed.' })
      try {
        const stored = await appendBallots(votes, { pollId, voterIds: [voterId], isOpenEnded: (kind) => kinds[kind].isOpenEnded }, (state) => decideReview(state, voterId, toStored(review)))
        tell(pollId, stored)
        if (stored !== undefined && stored.decision.ballots.length > 0) reviewed(pollId, voterId)
        const ballot = stored?.decision.outcome
        if (ballot?.answer == null) throw new PlenumError('not_found', { detail: 'This voter has no answer in the current round.' })
        return { voterId, answer: ballot.answer, review, version: ballot.version, castAt: ballot.at.toISOString() }
      } catch (error) {
        throw isStorageAway(error) ? new PlenumError('unavailable', { retryAfterMs: 1000, cause: error }) : error
      }
    }
  }
}

/** Under the poll's lock, in any state of the poll. The review that is there already changes nothing. */
export function decideReview (state: BallotState, voterId: string, review: Review | null): BallotDecision<StoredBallot | undefined> {
  const stored = state.newest.get(voterId)
  const nothing = { ballots: [], tally: state.tally, changedBuckets: new Map<string, number>(), outcome: stored }
  if (stored === undefined || stored.answer === null || stored.review === review) return nothing
  const version = state.tally.version + 1
  const ballot: StoredBallot = { ...stored, n: stored.n + 1, version, review, at: state.now }
  const tally = startTally(state)
  tally.replace(countedAnswer(stored), countedAnswer(ballot))
  const { content, changed } = tally.finish()
  return {
    ballots: [{ voterId, n: ballot.n, answer: ballot.answer, review }], tally: { version, ...content }, changedBuckets: changed, outcome: ballot
  }
}

function isWritten (kind: keyof typeof kinds): boolean {
  return kinds[kind].ownSettings.includes('moderation')
}

function toStored (review: ReviewStatus): Review | null {
  return review === 'shown' ? null : review
}
