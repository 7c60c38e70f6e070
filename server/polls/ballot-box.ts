import type { Sql } from 'postgres'
import { isStorageAway } from '../../db/errors.ts'
import { appendBallots, type StoredBatch } from '../../db/ledger.ts'
import { countOne, createDistribution, durationBounds, type Counts } from '../counts.ts'
import type { Answer, Poll, Receipt, ReceiptStatus } from '../protocol/poll.ts'
import { PlenumError, type ErrorCode } from '../protocol/problem.ts'
import { createBatchTeller } from './batch-teller.ts'
import { voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import { createBucketCache } from './bucket-cache.ts'
import { decideBallots, heldPart, unjudged, type AcceptedVote, type CastVote, type VoteOutcome } from './ballot.ts'
import { withDeadline } from './deadline.ts'
import { kinds } from './kinds/kinds.ts'
import type { Definition } from './kinds/kind.ts'
import { createLanes } from './lanes.ts'
import { isFlaggedAnswer } from '../moderation/word-filter.ts'
import type { PollSnapshot } from './poll-snapshot.ts'
import type { ResultsBoard } from './results-board.ts'
import { maySeeResults } from './visibility.ts'

export interface BallotBoxOptions {
  votes: Sql
  board: ResultsBoard
  /** Votes that may wait on this instance, over all polls; beyond it they are answered `busy`. */
  maxQueued: number
  onError: (error: unknown, sentence: string) => void
  /** Around the storing of each batch. */
  storeBatch?: StoreBatch | undefined
}

export type StoreBatch = <T>(pollId: string, batch: readonly { settle: Settle }[], store: () => Promise<T>) => Promise<T>

/** Its claims are from verified tokens, never from a payload. */
export interface VoteRequest extends VoterClaims {
  pollId: string
  /** Null takes the vote back. */
  answer: Answer | null
  round?: number | undefined
}

/** Called once. The receipt of a committed ballot, or why there is none. */
export type Settle = (outcome: Receipt | PlenumError) => void

export type Cast = (request: VoteRequest, settle: Settle) => void

export type BallotBox = ReturnType<typeof createBallotBox>

interface ArrivedVote { settle: Settle, castAt: number }
type WaitingVote = CastVote & ArrivedVote
type Stored = StoredBatch<VoteOutcome[]>

const maxBatch = 512
const batchBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, maxBatch]
// Later than every time-out of the database and its connection (db/client.ts): whatever still hangs then hangs on us.
const deadlineMs = 8000
const retryAfterMs = 1000
const drainMs = 5000

/**
 * Collects votes per poll while the last batch commits, then commits them together: an idle vote waits for nothing, a busy poll
 * batches by itself. Settles each vote after its commit (V1).
 */
export function createBallotBox ({ votes, board, maxQueued, onError, storeBatch }: BallotBoxOptions) {
  const lanes = createLanes<WaitingVote>({ maxBatch, commit, refuse: settleAll, onEmpty: () => { whenEmpty?.() } })
  const buckets = createBucketCache()
  const tell = createBatchTeller({ board, onError })
  const results: Counts<ReceiptStatus | ErrorCode> = new Map()
  const seconds = createDistribution(durationBounds)
  const batchSizes = createDistribution(batchBounds)
  let waiting = 0
  let whenEmpty: (() => void) | undefined

  function cast (request: VoteRequest, settle: Settle): void {
    const arrived = { settle, castAt: performance.now() }
    const held = board.get(request.pollId)
    if (held !== undefined) {
      enqueue(held, request, arrived)
      return
    }
    board.find(request.pollId).then(
      (found) => { enqueue(found, request, arrived) },
      (error: unknown) => { finish(arrived, unavailable(error)) })
  }

  function enqueue (snapshot: PollSnapshot | undefined, request: VoteRequest, arrived: ArrivedVote): void {
    if (snapshot === undefined) return finish(arrived, new PlenumError('poll_not_found'))
    let vote: CastVote
    try {
      vote = judge(snapshot, request)
    } catch (error) {
      return finish(arrived, toRefusal(error))
    }
    waiting += 1
    lanes.push(snapshot.poll.id, { ...vote, ...arrived })
  }

  function finish ({ settle, castAt }: ArrivedVote, outcome: Receipt | PlenumError): void {
    settle(outcome)
    countOne(results, outcome instanceof PlenumError ? outcome.code : outcome.status)
    seconds.add((performance.now() - castAt) / 1000)
  }

  /** The vote as it waits. Throws why it may not even do that. */
  function judge ({ poll, staff }: PollSnapshot, request: VoteRequest): CastVote {
    const { voterId, userId, round } = request
    const isDraft = poll.status === 'draft'
    const voter = voterIn(staff.access, request)
    if (voter !== undefined && staff.banned.includes(voter)) {
      throw isDraft ? new PlenumError('poll_not_found') : new PlenumError('forbidden', { detail: 'A moderator of this room does not let you vote.' })
    }
    if (waiting >= maxQueued) throw new PlenumError('busy', { retryAfterMs })
    // Another instance may have opened it a moment ago; if not, nobody learns from the answer what the draft asks. Only the lock tells.
    const answer = request.answer === null || isDraft ? request.answer : kinds[poll.kind].normalize(request.answer, definitionOf(poll))
    return { voterId, userId, answer, isFlagged: answer !== null && isFlaggedAnswer(answer, staff), revision: isDraft ? unjudged : poll.revision, round }
  }

  function toRefusal (error: unknown): PlenumError {
    if (error instanceof PlenumError) return error
    onError(error, 'a vote could not be judged')
    return new PlenumError('internal', { cause: error })
  }

  /** Settles every vote of the batch. Returns why, when the storage is away. A vote that cannot be stored is found by halving and fails alone (V6). */
  async function commit (pollId: string, batch: WaitingVote[]): Promise<PlenumError | undefined> {
    const isOpenEnded = (kind: Poll['kind']) => kinds[kind].isOpenEnded
    const append = async () => {
      return await appendBallots(votes, { pollId, voterIds: listVoters(batch), isOpenEnded, held: buckets.take(pollId) }, (state) => decideBallots(state, batch))
    }
    const storing = storeBatch === undefined ? append() : storeBatch(pollId, batch, append)
    try {
      const stored = await withDeadline(storing, deadlineMs, () => new DeadlineError())
      batchSizes.add(batch.length)
      if (stored?.buckets !== undefined) buckets.keep(pollId, stored.buckets)
      const receipts = createReceipts(pollId, stored)
      batch.forEach((vote, at) => { settleOne(vote, receipts.of(vote, at)) })
      tell(pollId, stored)
      return undefined
    } catch (error) {
      // What hangs may still commit; the board must not learn of it later than it has to.
      if (error instanceof DeadlineError) storing.then((stored) => { tell(pollId, stored) }, () => {})
      if (error instanceof DeadlineError || isStorageAway(error)) {
        const refusal = unavailable(error)
        settleAll(batch, refusal)
        return refusal
      }
      return await commitHalves(pollId, batch, error)
    }
  }

  async function commitHalves (pollId: string, batch: WaitingVote[], error: unknown): Promise<PlenumError | undefined> {
    if (batch.length === 1) {
      onError(error, 'a vote could not be stored')
      settleAll(batch, new PlenumError('internal', { cause: error }))
      return undefined
    }
    const middle = Math.ceil(batch.length / 2)
    const rest = batch.slice(middle)
    const refusal = await commit(pollId, batch.slice(0, middle))
    if (refusal === undefined) return await commit(pollId, rest)
    settleAll(rest, refusal)
    return refusal
  }

  function settleOne (vote: WaitingVote, outcome: Receipt | PlenumError): void {
    waiting -= 1
    finish(vote, outcome)
  }

  function settleAll (batch: WaitingVote[], outcome: PlenumError): void {
    for (const vote of batch) settleOne(vote, outcome)
  }

  function unavailable (error: unknown): PlenumError {
    onError(error, 'votes could not be stored')
    return new PlenumError('unavailable', { retryAfterMs, cause: error })
  }

  return {
    /** Of all votes since the start: what became of them, how long each waited for its answer, and how many were committed together. */
    figures: { results, seconds, batchSizes, waiting: () => waiting },

    cast,

    castAndWait: createWaitingCast(cast),

    /** Resolves when everything that waits is settled, or after a bound that a healthy database never reaches. */
    async drain (): Promise<void> {
      if (lanes.isEmpty()) return
      const emptied = new Promise<void>((resolve) => { whenEmpty = resolve })
      await withDeadline(emptied, drainMs, () => new DeadlineError()).catch(() => {})
    }
  }
}

/** The same for who waits: the receipt of the committed ballot. Throws why there is none. */
export function createWaitingCast (cast: Cast) {
  return async (request: VoteRequest): Promise<Receipt> => await new Promise((resolve, reject) => {
    cast(request, (outcome) => { outcome instanceof PlenumError ? reject(outcome) : resolve(outcome) })
  })
}

class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** Only under the lock it is known which of its ids a vote counts for. */
function listVoters (batch: readonly CastVote[]): string[] {
  const ids = new Set<string>()
  for (const { voterId, userId } of batch) {
    if (voterId !== undefined) ids.add(voterId)
    if (userId !== undefined) ids.add(userId)
  }
  return Array.from(ids)
}

/** The receipts of a batch, in its order; votes with the same outcome share one. */
function createReceipts (pollId: string, stored: Stored | undefined) {
  const receipts = new Map<VoteOutcome, Receipt>()
  const receiptOf = (vote: WaitingVote, { status, round, version, castAt, review }: AcceptedVote, { poll }: Stored): Receipt => {
    const isVisible = maySeeResults(poll, { isHost: false, hasVoted: vote.answer !== null })
    return { pollId, round, status, ...(isVisible ? { version } : {}), castAt: castAt.toISOString(), ...heldPart({ review }) }
  }
  return {
    of (vote: WaitingVote, at: number): Receipt | PlenumError {
      const outcome = stored?.decision.outcome[at]
      if (stored === undefined || outcome === undefined) return new PlenumError('poll_not_found')
      if (outcome instanceof PlenumError) return outcome
      let receipt = receipts.get(outcome)
      if (receipt === undefined) receipts.set(outcome, receipt = receiptOf(vote, outcome, stored))
      return receipt
    }
  }
}

const definitions = new WeakMap<Poll, Definition>()

/** One per revision of a poll: its body is never changed, only replaced. */
function definitionOf (poll: Poll): Definition {
  let definition = definitions.get(poll)
  if (definition === undefined) {
    const { minChoices, maxChoices, options } = poll
    definition = { minChoices, maxChoices, settings: poll, optionIds: new Set(options.map((option) => option.id)) }
    definitions.set(poll, definition)
  }
  return definition
}
