import type { BallotDecision, BallotState, LockedPoll, NewBallot, Review, StoredBallot } from '../../db/ledger.ts'
import type { Answer, Receipt, ReceiptStatus } from '../protocol/poll.ts'
import { PlenumError, type ErrorCode } from '../protocol/problem.ts'
import { noVoter, notAdmitted, voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import { kinds } from './kinds/kinds.ts'
import { startTally, type TallyInTheMaking } from './tally.ts'

/** A vote as it waits for its batch. */
export interface CastVote extends VoterClaims {
  /** In canonical form, as judged by the definition at `revision`; null takes the vote back. */
  answer: Answer | null
  /** What is written has a word that is not welcome; the locked poll may say that all of it waits for a moderator. */
  isFlagged: boolean
  revision: number
  /** The round that the voter meant; another than the current one is a conflict. */
  round: number | undefined
}

export interface AcceptedVote {
  status: ReceiptStatus
  round: number
  version: number
  castAt: Date
  review: Review | null
}

/** The revision of a vote that was judged by no definition yet. */
export const unjudged = 0

export type VoteOutcome = AcceptedVote | PlenumError

/**
 * Decides a batch under the poll's lock, in the order in which the votes were cast: one outcome for each vote (the same object where it
 * is the same), and what to store. Pure. A vote that is refused changes nothing for its neighbours.
 */
export function decideBallots (state: BallotState, votes: readonly CastVote[]): BallotDecision<VoteOutcome[]> {
  const { poll, now } = state
  const version = state.tally.version + 1
  const refusal = refusalOf(poll, now)
  const tally = startTally(state)
  const newest = new Map(state.newest)
  const ballots: NewBallot[] = []
  const accepted = (status: ReceiptStatus, review: Review | null = null): AcceptedVote => ({ status, round: poll.round, version, castAt: now, review })
  const outcomes = { recorded: accepted('recorded'), changed: accepted('changed'), withdrawn: accepted('withdrawn') }

  const decide = (vote: CastVote): VoteOutcome => {
    // Whether there is such a draft is nobody's to know.
    if (refusal?.code === 'poll_not_found') return refusal
    const voterId = admit(state, vote)
    if (voterId instanceof PlenumError) return voterId
    if (vote.round !== undefined && vote.round !== poll.round) {
      return new PlenumError('conflict', { detail: `The poll is in round ${poll.round}; this vote was meant for round ${vote.round}.` })
    }
    const stored = newest.get(voterId)
    const judged = judgeAgain(poll, tally, vote)
    // A retry of what is stored is one whatever became of the definition since.
    const answer = judged instanceof PlenumError ? vote.answer : judged
    if (stored !== undefined && isSameAnswer(stored.answer, answer)) {
      return { status: 'unchanged', round: poll.round, version: stored.version, castAt: stored.at, review: stored.review }
    }
    const refused = refuseWithdrawal(poll, vote) ?? refusal ?? refuseChange(poll, stored, vote)
    if (refused !== undefined) return refused
    if (judged instanceof PlenumError) return judged
    const review = vote.isFlagged || (answer !== null && poll.settings.moderation === 'pre') ? 'held' : null
    const ballot: StoredBallot = { n: (stored?.n ?? 0) + 1, version, answer, review, at: now }
    ballots.push({ voterId, n: ballot.n, answer, review })
    newest.set(voterId, ballot)
    tally.replace(countedAnswer(stored), countedAnswer(ballot))
    const status = answer === null ? 'withdrawn' : stored === undefined || stored.answer === null ? 'recorded' : 'changed'
    return review === null ? outcomes[status] : accepted(status, review)
  }

  const outcome = votes.map(decide)
  if (ballots.length === 0) return { ballots, tally: state.tally, changedBuckets: new Map(), outcome }
  const { content, changed } = tally.finish()
  return { ballots, tally: { version, ...content }, changedBuckets: changed, outcome }
}

/** What of a stored ballot counts: nothing of one that was taken back, is held or was removed. */
export function countedAnswer (ballot: Pick<StoredBallot, 'answer' | 'review'> | undefined): Answer | null {
  return ballot === undefined || ballot.review !== null ? null : ballot.answer
}

/** What a voter is told of a vote that is stored and not counted. */
export function heldPart ({ review }: Pick<StoredBallot, 'review'>): Pick<Receipt, 'held' | 'review'> {
  return review === null ? {} : { held: true, review }
}

/** Whose vote it is, by what the room asks for now; before anything of the poll's state is looked at. */
function admit ({ admission }: BallotState, vote: CastVote): string | PlenumError {
  if (admission === undefined) return voterIn('open', vote) ?? noVoter('open')
  const voterId = voterIn(admission.access, vote)
  if (voterId === undefined) return noVoter(admission.access)
  return admission.admitted.has(voterId) ? voterId : notAdmitted(admission.access)
}

/** Canonical answers have one field each, so their text is the same exactly when they are. */
function isSameAnswer (a: Answer | null, b: Answer | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

const refusalByStatus = {
  draft: 'poll_not_found', open: undefined, paused: 'poll_paused', closed: 'poll_closed', archived: 'poll_closed'
} as const satisfies Record<LockedPoll['status'], ErrorCode | undefined>

/** Why the poll takes nothing from voters now. */
export function refusalOf (poll: Pick<LockedPoll, 'status' | 'closesAt'>, now: Date): PlenumError | undefined {
  const isPastClose = poll.closesAt !== null && now >= poll.closesAt && (poll.status === 'open' || poll.status === 'paused')
  const code = isPastClose ? 'poll_closed' : refusalByStatus[poll.status]
  return code === undefined ? undefined : new PlenumError(code)
}

function refuseWithdrawal (poll: LockedPoll, vote: CastVote): PlenumError | undefined {
  return vote.answer === null && poll.revote !== 'withdraw'
    ? new PlenumError('conflict', { detail: 'Votes of this poll cannot be taken back.' })
    : undefined
}

function refuseChange (poll: LockedPoll, stored: StoredBallot | undefined, vote: CastVote): PlenumError | undefined {
  if (vote.answer === null && stored === undefined) return new PlenumError('not_found', { detail: 'There is no vote to withdraw.' })
  const hasVote = stored !== undefined && stored.answer !== null
  return hasVote && poll.revote === 'locked' ? new PlenumError('already_voted') : undefined
}

/** The answer in its form by the definition that is locked; why it has none. Only one that was judged by an older definition is judged again. */
function judgeAgain (poll: LockedPoll, { definition }: TallyInTheMaking, { answer, revision }: CastVote): Answer | null | PlenumError {
  if (answer === null || revision === poll.revision) return answer
  try {
    return kinds[poll.kind].normalize(answer, definition)
  } catch (error) {
    if (error instanceof PlenumError) return error
    throw error
  }
}
