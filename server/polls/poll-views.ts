import type { Poll, PollView, Receipt, Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { managesRoom, seesAsStaff } from '../rooms/staff.ts'
import { noVoter, voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import { heldPart } from './ballot.ts'
import type { MyVotes } from './my-votes.ts'
import type { PollService } from './poll-service.ts'
import { hostBodyOf, type PollSnapshot } from './poll-snapshot.ts'
import type { ResultsBoard } from './results-board.ts'
import { maySeePoll, maySeeResults, resultsAudience, type Viewer, type VisibilityRule } from './visibility.ts'

/** Who looks: a host by account, a projector by its link, a voter by id, or nobody in particular. */
export interface Onlooker {
  userId?: string | undefined
  /** Of the secret in the presenter link that was shown. */
  presenterHash?: string | undefined
  voterId?: string | undefined
  /** The voter was made just now and cannot have voted: nothing needs to be looked up. */
  isNewVoter?: boolean
}

export interface VisibleResults {
  results: Results
  /** Everyone would get the same. */
  isForEveryone: boolean
  /** Of a round before the current one. */
  isPast: boolean
}

export type PollViews = ReturnType<typeof createPollViews>

/** What one onlooker sees of polls, the same on every transport. */
export function createPollViews ({ board, myVotes, polls }: { board: ResultsBoard, myVotes: MyVotes, polls: PollService }) {
  async function findVote ({ poll, staff: { access } }: PollSnapshot, onlooker: Onlooker) {
    const voter = voterIn(access, onlooker)
    const cannotHaveVoted = voter === undefined || (voter === onlooker.voterId && onlooker.isNewVoter === true)
    return cannotHaveVoted ? undefined : await myVotes.find(poll.id, voter)
  }

  /** Throws poll_not_found, for a draft of somebody else too. */
  async function find (pollId: string, onlooker: Onlooker): Promise<PollSnapshot> {
    const snapshot = await board.find(pollId)
    if (snapshot === undefined || !maySeePoll(snapshot.poll, { isHost: seesAsStaff(snapshot.staff, onlooker) })) throw new PlenumError('poll_not_found')
    return snapshot
  }

  /** A round that has ended is seen like a closed poll. */
  async function findPast (pollId: string, onlooker: Onlooker, round: number): Promise<VisibleResults> {
    const snapshot = await find(pollId, onlooker)
    const isForEveryone = checkVisible({ ...snapshot.poll, status: 'closed' }, { isHost: seesAsStaff(snapshot.staff, onlooker), hasVoted: false })
    const results = await polls.findPastResults(snapshot.poll, round)
    if (results === undefined) throw noRound(round)
    return { results, isForEveryone, isPast: true }
  }

  return {
    find,

    /**
     * Looks up what the view needs and returns how to draw it. Draw in the same turn as the view is sent: what came in meanwhile is in it,
     * and nothing newer can have been sent before it (R3).
     */
    async prepareView (pollId: string, onlooker: Onlooker): Promise<() => PollView> {
      const found = await find(pollId, onlooker)
      const vote = await findVote(found, onlooker)
      return () => {
        const snapshot = board.get(pollId) ?? found
        const myVote = vote?.round === snapshot.poll.round ? vote.answer : null
        const viewer = { isHost: seesAsStaff(snapshot.staff, onlooker), hasVoted: myVote !== null }
        return {
          poll: bodyFor(snapshot, onlooker),
          results: maySeeResults(snapshot.poll, viewer) ? snapshot.results : null,
          myVote,
          ...(vote !== undefined && myVote !== null ? heldPart(vote) : {}),
          now: new Date().toISOString()
        }
      }
    },

    /** Current results that are at hand and that everyone may see; undefined means that they must be found for who asks. */
    peekSharedResults (pollId: string, round?: number): VisibleResults | undefined {
      const snapshot = board.get(pollId)
      const isShared = snapshot !== undefined && resultsAudience(snapshot.poll) === 'everyone' && (round === undefined || round === snapshot.poll.round)
      if (!isShared) return undefined
      board.reads.hits += 1
      return { results: snapshot.results, isForEveryone: true, isPast: false }
    },

    /** Throws results_hidden, not_found for a round that never was. */
    async findResults (pollId: string, onlooker: Onlooker, round?: number): Promise<VisibleResults> {
      const found = await find(pollId, onlooker)
      const { poll } = found
      if (round !== undefined && round < poll.round) return await findPast(pollId, onlooker, round)
      const needsVote = resultsAudience(poll) === 'voted'
      const vote = needsVote ? await findVote(found, onlooker) : undefined
      const snapshot = board.get(pollId) ?? await find(pollId, onlooker)
      const isForEveryone = checkVisible(snapshot.poll, { isHost: seesAsStaff(snapshot.staff, onlooker), hasVoted: vote?.answer != null })
      if (round !== undefined && round !== snapshot.poll.round) throw noRound(round)
      return { results: snapshot.results, isForEveryone, isPast: false }
    },

    /** The own vote in the current round, of whoever votes here. */
    async findOwnVote (pollId: string, onlooker: Onlooker): Promise<Pick<PollView, 'myVote' | 'held' | 'review'>> {
      const vote = await findVote(await find(pollId, onlooker), onlooker)
      return vote === undefined || vote.answer === null ? { myVote: null } : { myVote: vote.answer, ...heldPart(vote) }
    },

    /** The voter's own vote in the current round; both null without one. Throws like a vote when there is no voter. */
    async findMyVote (pollId: string, claims: VoterClaims): Promise<{ answer: PollView['myVote'], receipt: Receipt | null }> {
      const { poll, staff: { access } } = await find(pollId, claims)
      const voter = voterIn(access, claims)
      if (voter === undefined) throw noVoter(access)
      const vote = await myVotes.find(pollId, voter)
      if (vote === undefined || vote.answer === null) return { answer: null, receipt: null }
      const isVisible = maySeeResults(poll, { isHost: false, hasVoted: true })
      return {
        answer: vote.answer,
        receipt: {
          pollId,
          round: vote.round,
          status: vote.isChange ? 'changed' : 'recorded',
          ...(isVisible ? { version: vote.version } : {}),
          castAt: vote.castAt.toISOString(),
          ...heldPart(vote)
        }
      }
    }
  }
}

/** The poll's body for this onlooker. A projector shows what the audience may see: the link alone does not tell the right answer. */
export function bodyFor (snapshot: PollSnapshot, { userId }: Onlooker): Poll {
  return managesRoom(snapshot.staff, userId) ? hostBodyOf(snapshot) : snapshot.poll
}

/** Throws results_hidden; returns whether everyone may see them. */
function checkVisible (rule: VisibilityRule, viewer: Viewer): boolean {
  if (!maySeeResults(rule, viewer)) throw new PlenumError('results_hidden')
  return maySeeResults(rule, { isHost: false, hasVoted: false })
}

function noRound (round: number): PlenumError {
  return new PlenumError('not_found', { detail: `This poll has no round ${round}.` })
}
