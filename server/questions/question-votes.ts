import type { Db, Tx } from '../../db/client.ts'
import { applyVotes, changeQuestions, findQuestion, findQuestions, recount, type QuestionRow, type QuestionsState } from '../../db/question-store.ts'
import { withDeadline } from '../polls/deadline.ts'
import { asPlenumError } from '../polls/errors.ts'
import { createLanes } from '../polls/lanes.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionVote } from '../protocol/question.ts'
import type { RequireParticipant } from '../rooms/participants.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import { readAskers } from './admission.ts'

export interface QuestionVotesOptions {
  db: Db
  /** Votes that may wait on this instance; beyond it they are answered `busy`. */
  maxQueued: number
  changed: (roomId: string, version: number) => void
}

interface WaitingVote {
  questionId: string
  claims: VoterClaims
  isFor: boolean
  resolve: (vote: QuestionVote) => void
  reject: (error: PlenumError) => void
}

const maxBatch = 500
// As for votes in polls: later than every time-out of the database and its connection (db/client.ts).
const deadlineMs = 8000
const retryAfterMs = 1000
const maxKnownRooms = 10_000

export type QuestionVotes = ReturnType<typeof createQuestionVotes>

/** Collects a room's votes for questions while the last batch commits, then commits them together: one lock and one version for all of them. */
export function createQuestionVotes ({ db, maxQueued, changed }: QuestionVotesOptions) {
  const lanes = createLanes<WaitingVote>({ maxBatch, commit, refuse: rejectAll })
  // A question never moves.
  const roomIds = new Map<string, string>()
  let waiting = 0

  async function roomOf (questionId: string): Promise<string> {
    const known = roomIds.get(questionId)
    if (known !== undefined) return known
    const question = await findQuestion(db, questionId)
    if (question === undefined) throw new PlenumError('not_found')
    if (roomIds.size >= maxKnownRooms) roomIds.clear()
    roomIds.set(questionId, question.roomId)
    return question.roomId
  }

  /** Settles every vote of the batch. Returns why, when the storage is away. */
  async function commit (roomId: string, batch: WaitingVote[]): Promise<PlenumError | undefined> {
    const storing = changeQuestions(db, roomId, async (tx, state) => await store(tx, state, roomId, batch))
    try {
      const stored = await withDeadline(storing, deadlineMs, () => new PlenumError('unavailable', { retryAfterMs }))
      tell(roomId, stored)
      for (const vote of batch) {
        const outcome = stored?.outcome(vote) ?? new PlenumError('not_found')
        if (stored === undefined || outcome instanceof PlenumError) vote.reject(outcome instanceof PlenumError ? outcome : new PlenumError('not_found'))
        else vote.resolve({ questionId: vote.questionId, voted: vote.isFor, votes: outcome, version: stored.version })
      }
      waiting -= batch.length
      return undefined
    } catch (error) {
      // What hangs may still commit.
      storing.then((stored) => { tell(roomId, stored) }, () => {})
      const refusal = asPlenumError(error)
      rejectAll(batch, refusal)
      return refusal.code === 'unavailable' ? refusal : undefined
    }
  }

  function tell (roomId: string, stored: { isChanged: boolean, version: number } | undefined): void {
    if (stored?.isChanged === true) changed(roomId, stored.version)
  }

  function rejectAll (votes: WaitingVote[], refusal: PlenumError): void {
    waiting -= votes.length
    for (const vote of votes) vote.reject(refusal)
  }

  return {
    /** Resolves after the commit; the same again changes nothing. Throws busy, unavailable, and why the vote does not count. */
    async cast (questionId: string, claims: VoterClaims, isFor: boolean): Promise<QuestionVote> {
      if (waiting >= maxQueued) throw new PlenumError('busy', { retryAfterMs })
      // Before its room is known: that may take as long as the storage does.
      waiting += 1
      let roomId: string
      try {
        roomId = await roomOf(questionId)
      } catch (error) {
        waiting -= 1
        throw error
      }
      return await new Promise((resolve, reject) => { lanes.push(roomId, { questionId, claims, isFor, resolve, reject }) })
    }
  }
}

async function store (tx: Tx, state: QuestionsState, roomId: string, batch: WaitingVote[]) {
  const found = await findQuestions(tx, roomId, Array.from(new Set(batch.map(({ questionId }) => questionId))))
  const questions = new Map(found.map((question) => [question.id, question]))
  const requireParticipant = await readAskers(tx, roomId, state, batch.map(({ claims }) => claims))
  const refusals = new Map<WaitingVote, PlenumError>()
  // Of the same voter for the same question the last one counts.
  const accepted = new Map<string, { questionId: string, voterId: string, isFor: boolean }>()
  for (const vote of batch) {
    const voterId = admit(vote, questions.get(vote.questionId), requireParticipant)
    if (typeof voterId === 'string') accepted.set(`${vote.questionId}:${voterId}`, { questionId: vote.questionId, voterId, isFor: vote.isFor })
    else refusals.set(vote, voterId)
  }
  const votes = Array.from(accepted.values())
  const rowsOf = (isFor: boolean) => votes.filter((vote) => vote.isFor === isFor).map(({ questionId, voterId }) => ({ questionId, voterId }))
  const touched = await applyVotes(tx, { roomId, added: rowsOf(true), removed: rowsOf(false) })
  const isChanged = touched.length > 0
  const counts = isChanged ? await recount(tx, touched) : new Map<string, number>()
  const outcome = (vote: WaitingVote): PlenumError | number => refusals.get(vote) ?? counts.get(vote.questionId) ?? questions.get(vote.questionId)?.votes ?? 0
  return { outcome, isChanged }
}

/** Whose vote it is, or why it does not count. */
function admit ({ claims }: WaitingVote, question: QuestionRow | undefined, requireParticipant: RequireParticipant): string | PlenumError {
  let voterId: string
  try {
    voterId = requireParticipant(claims)
  } catch (error) {
    return asPlenumError(error)
  }
  if (question === undefined) return new PlenumError('not_found')
  switch (question.status) {
    case 'open': return voterId
    case 'answered': return new PlenumError('conflict', { detail: 'This question is answered already.' })
    case 'merged': return new PlenumError('conflict', { detail: 'This question was merged into another.' })
    case 'pending':
    case 'dismissed': return new PlenumError('not_found')
    default: return question.status satisfies never
  }
}
