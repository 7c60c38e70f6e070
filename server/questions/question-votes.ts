import type { Db, Tx } from '../../db/client.ts'
import { applyVotes, changeQuestions, findQuestion, findQuestions, recount, type QuestionRow, type QuestionsState } from '../../db/question-store.ts'
import { asPlenumError } from '../polls/errors.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { QuestionVote } from '../protocol/question.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import { readParticipants, type RequireParticipant } from './admission.ts'

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
const maxKnownRooms = 10_000

export type QuestionVotes = ReturnType<typeof createQuestionVotes>

/** Collects a room's votes for questions while the last batch commits, then commits them together: one lock and one version for all of them. */
export function createQuestionVotes ({ db, maxQueued, changed }: QuestionVotesOptions) {
  const lanes = new Map<string, WaitingVote[]>()
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

  async function work (roomId: string, lane: WaitingVote[]): Promise<void> {
    while (lane.length > 0) await commit(roomId, lane.splice(0, maxBatch))
    lanes.delete(roomId)
  }

  /** Settles every vote of the batch. */
  async function commit (roomId: string, batch: WaitingVote[]): Promise<void> {
    try {
      const stored = await changeQuestions(db, roomId, async (tx, state) => await store(tx, state, roomId, batch))
      for (const vote of batch) {
        const outcome = stored?.outcome(vote) ?? new PlenumError('not_found')
        if (stored === undefined || outcome instanceof PlenumError) vote.reject(outcome instanceof PlenumError ? outcome : new PlenumError('not_found'))
        else vote.resolve({ questionId: vote.questionId, voted: vote.isFor, votes: outcome, version: stored.version })
      }
      if (stored?.isChanged === true) changed(roomId, stored.version)
    } catch (error) {
      for (const vote of batch) vote.reject(asPlenumError(error))
    } finally {
      waiting -= batch.length
    }
  }

  return {
    /** Resolves after the commit; the same again changes nothing. */
    async cast (questionId: string, claims: VoterClaims, isFor: boolean): Promise<QuestionVote> {
      if (waiting >= maxQueued) throw new PlenumError('busy', { retryAfterMs: 1000 })
      const roomId = await roomOf(questionId)
      return await new Promise((resolve, reject) => {
        waiting += 1
        const vote = { questionId, claims, isFor, resolve, reject }
        const lane = lanes.get(roomId)
        if (lane !== undefined) {
          lane.push(vote)
          return
        }
        const started = [vote]
        lanes.set(roomId, started)
        void work(roomId, started)
      })
    }
  }
}

async function store (tx: Tx, state: QuestionsState, roomId: string, batch: WaitingVote[]) {
  const found = await findQuestions(tx, roomId, Array.from(new Set(batch.map(({ questionId }) => questionId))))
  const questions = new Map(found.map((question) => [question.id, question]))
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
