import { uuidv7 } from 'uuidv7'
import type { Db, Tx } from '../../db/client.ts'
import {
  changeQuestions, countQuestions, deleteQuestion, findQuestion, hasMerged, insertQuestion, listQuestions, recount, updateQuestion, type QuestionFilter, type QuestionRow
} from '../../db/question-store.ts'
import { keepJson } from '../polls/encoding.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { JoinedQuestions, NewQuestion, Question, QuestionEdit } from '../protocol/question.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { managesRoom, requirePermission } from '../rooms/staff.ts'
import { voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import { admitText, readAskers } from './admission.ts'
import { createOwnQuestions } from './own-questions.ts'
import type { QuestionBoard } from './question-board.ts'
import { toQuestion } from './question-body.ts'

export interface QuestionServiceOptions {
  db: Db
  rooms: RoomService
  board: QuestionBoard
  changed: (roomId: string, version: number) => void
}

const maxUnanswered = 1000
const maxOwn = 10
const ownWindowSeconds = 600

export type QuestionService = ReturnType<typeof createQuestionService>

/** What an audience asks, and what those who manage the room make of it. Each change is one version of the room's questions. */
export function createQuestionService ({ db, rooms, board, changed }: QuestionServiceOptions) {
  const findOwn = createOwnQuestions({ db })

  async function change<T> (roomId: string, decide: Parameters<typeof changeQuestions<T>>[2]): Promise<T> {
    const done = await changeQuestions(db, roomId, decide)
    if (done === undefined) throw new PlenumError('room_not_found')
    if (done.isChanged) changed(roomId, done.version)
    return done.outcome
  }

  async function find (questionId: string, tx: Db | Tx = db): Promise<QuestionRow> {
    const question = await findQuestion(tx, questionId)
    if (question === undefined) throw new PlenumError('not_found')
    return question
  }

  /** A command of those who run the room. `command` answers whether it changed anything. */
  async function command (questionId: string, userId: string, run: (tx: Tx, question: QuestionRow) => Promise<boolean>): Promise<Question> {
    const { roomId } = await find(questionId)
    return await change(roomId, async (tx, { staff }) => {
      requirePermission('run', staff, userId, 'not_found')
      const isChanged = await run(tx, await find(questionId, tx))
      return { isChanged, outcome: toQuestion(await find(questionId, tx), true) }
    })
  }

  return {
    /** Throws conflict where the room takes no questions or too many wait, forbidden for a banned voter, rate_limited. */
    async ask (roomId: string, claims: VoterClaims, { text, authorName }: NewQuestion): Promise<Question> {
      return await change(roomId, async (tx, state) => {
        const voterId = (await readAskers(tx, roomId, state, [claims]))(claims)
        const { unanswered, ownLately } = await countQuestions(tx, { roomId, voterId, seconds: ownWindowSeconds })
        if (ownLately >= maxOwn) throw new PlenumError('rate_limited', { detail: `A voter may ask ${maxOwn} questions in ${ownWindowSeconds / 60} minutes.`, retryAfterMs: 60_000 })
        if (unanswered >= maxUnanswered) throw new PlenumError('conflict', { detail: `A room may have ${maxUnanswered} questions without an answer.` })
        const status = admitText(state, text, authorName ?? '')
        const stored = await insertQuestion(tx, { id: uuidv7(), roomId, voterId, authorName: authorName ?? null, text, status })
        return { isChanged: true, outcome: toQuestion(stored, false) }
      })
    },

    /** What this onlooker may see. Throws room_not_found, and conflict where the room takes no questions. */
    async list (roomId: string, onlooker: Onlooker, page: Omit<QuestionFilter, 'roomId' | 'seenBy'>): Promise<Question[]> {
      const found = await rooms.find(roomId)
      if (found === undefined) throw new PlenumError('room_not_found')
      const isStaff = managesRoom(found.staff, onlooker.userId)
      const voterId = voterIn(found.staff.access, onlooker)
      if (!isStaff && found.room.questionsMode === 'off') throw new PlenumError('conflict', { detail: 'This room takes no questions.' })
      const rows = await listQuestions(db, { roomId, ...page, seenBy: isStaff ? undefined : { voterId } })
      return rows.map((row) => toQuestion(row, isStaff))
    },

    async edit (questionId: string, userId: string, { status, isPinned }: QuestionEdit): Promise<Question> {
      return await command(questionId, userId, async (tx, question) => {
        if (question.status === 'merged') throw new PlenumError('conflict', { detail: 'This question was merged into another; undo that first.' })
        const isNewStatus = status !== undefined && status !== question.status
        const isNewPin = isPinned !== undefined && isPinned !== question.isPinned
        if (!isNewStatus && !isNewPin) return false
        await updateQuestion(tx, questionId, {
          ...(isNewStatus ? { status, isAnswered: status === 'answered' } : {}), ...(isNewPin ? { isPinned } : {})
        })
        return true
      })
    },

    /** The other question then has the voters of both, each once. */
    async merge (questionId: string, userId: string, into: string): Promise<Question> {
      return await command(questionId, userId, async (tx, question) => {
        if (question.mergedInto === into) return false
        const target = await find(into, tx)
        if (target.roomId !== question.roomId) throw new PlenumError('not_found', { detail: 'The other question is not in this room.' })
        if (target.id === question.id) throw new PlenumError('conflict', { detail: 'A question cannot be merged into itself.' })
        for (const { status } of [question, target]) {
          if (status !== 'open' && status !== 'answered') throw new PlenumError('conflict', { detail: `A question that is ${status} cannot be merged.` })
        }
        if (await hasMerged(tx, question)) throw new PlenumError('conflict', { detail: 'Others were merged into this question; merge it the other way round.' })
        await updateQuestion(tx, questionId, { status: 'merged', mergedInto: into })
        await recount(tx, [into])
        return true
      })
    },

    async unmerge (questionId: string, userId: string): Promise<Question> {
      return await command(questionId, userId, async (tx, { mergedInto, answeredAt }) => {
        if (mergedInto === null) return false
        await updateQuestion(tx, questionId, { status: answeredAt === null ? 'open' : 'answered', mergedInto: null })
        await recount(tx, [mergedInto, questionId])
        return true
      })
    },

    /**
     * By those who run the room, and by its author until it is answered.
     * @param hostId of a caller who may manage rooms; who only votes, be it with a key of somebody who may, is none
     */
    async remove (questionId: string, { hostId, claims }: { hostId?: string | undefined, claims: VoterClaims }): Promise<void> {
      const { roomId } = await find(questionId)
      await change(roomId, async (tx, { staff }) => {
        const question = await find(questionId, tx)
        const isAuthor = voterIn(staff.access, claims) === question.voterId
        if (!isAuthor || question.status === 'answered') {
          if (hostId !== undefined && (managesRoom(staff, hostId) || !isAuthor)) requirePermission('run', staff, hostId, 'not_found')
          else if (!isAuthor) throw new PlenumError('forbidden', { detail: 'This question is somebody else\'s.' })
          else throw new PlenumError('conflict', { detail: 'This question is answered already.' })
        }
        await deleteQuestion(tx, question)
        return { isChanged: true, outcome: undefined }
      })
    },

    /** For whoever joins a room: what is to be drawn later, from memory as it is then. Null where the room takes no questions. */
    async prepareJoin (roomId: string, onlooker: Onlooker): Promise<() => JoinedQuestions | null> {
      const found = await board.find(roomId)
      // Whoever cannot have asked or voted is not looked up, nor anyone in a room without questions.
      const staff = (await rooms.find(roomId))?.staff
      const voterId = staff && voterIn(staff.access, onlooker)
      const isLookedUp = found !== undefined && found.audience.mode !== 'off' && voterId !== undefined && onlooker.isNewVoter !== true
      const own = isLookedUp ? await findOwn({ roomId, voterId }) : { mine: [], myVotes: [] }
      const isStaff = staff !== undefined && managesRoom(staff, onlooker.userId)
      return () => {
        const snapshot = board.peek(roomId) ?? found
        if (snapshot === undefined || snapshot.audience.mode === 'off') return null
        const { mode, version, items, total } = isStaff ? snapshot.staff : snapshot.audience
        const joined = { mode, version, items, total, myVotes: own.myVotes, mine: own.mine.map((row) => toQuestion(row, isStaff)) }
        keepJson(joined, { items })
        return joined
      }
    }
  }
}
