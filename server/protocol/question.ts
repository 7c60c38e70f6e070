import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable, PageQuery } from './common.ts'
import { QuestionsMode } from './room.ts'
import { TextLine } from './text.ts'

/** `pending` waits for a moderator; `answered` and `dismissed` are ends that can be undone; a merged one has given its votes to another. */
export const QuestionStatus = Type.Union([
  Type.Literal('pending'), Type.Literal('open'), Type.Literal('answered'), Type.Literal('dismissed'), Type.Literal('merged')])
export type QuestionStatus = Static<typeof QuestionStatus>

export const Question = Closed({
  id: Id,
  roomId: Id,
  text: Type.String(),
  authorName: Nullable(Type.String({ description: 'Null: asked anonymously' })),
  status: QuestionStatus,
  isPinned: Type.Boolean(),
  mergedInto: Nullable(Id),
  votes: Type.Integer({ minimum: 0, description: 'Voters, those of what was merged into it included, each once' }),
  createdAt: Instant,
  answeredAt: Nullable(Instant),
  voterId: Type.Optional(Type.String({ format: 'uuid', description: 'Who asked it; only for those who manage the room' }))
})
export type Question = Static<typeof Question>

export const NewQuestion = Closed({
  text: TextLine(300, 'The question.'),
  authorName: Type.Optional(TextLine(60, 'Shown with it; anonymous without.'))
}, { examples: [{ text: 'When do we start?', authorName: 'Ada' }] })
export type NewQuestion = Static<typeof NewQuestion>

export const QuestionEdit = Closed({
  status: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('answered'), Type.Literal('dismissed')])),
  isPinned: Type.Optional(Type.Boolean())
}, { examples: [{ status: 'answered' }] })
export type QuestionEdit = Static<typeof QuestionEdit>

export const QuestionMerge = Closed({ into: Type.String({ format: 'uuid', description: 'The question that gets the votes' }) })

export const QuestionSort = Type.Union([Type.Literal('votes'), Type.Literal('newest')], { description: 'votes: pinned ones first, then by votes, then by age' })
export const QuestionQuery = Closed({
  ...PageQuery.properties,
  sort: Type.Optional(QuestionSort),
  status: Type.Optional(QuestionStatus)
})

/** The outcome of a vote for a question, or of taking it back. */
export const QuestionVote = Closed({
  questionId: Id,
  voted: Type.Boolean(),
  votes: Type.Integer({ minimum: 0 }),
  version: Type.Integer({ minimum: 1, description: 'Of the room\'s questions' })
})
export type QuestionVote = Static<typeof QuestionVote>

const body = {
  mode: QuestionsMode,
  version: Type.Integer({ minimum: 1, description: 'Rises with every change of the room\'s questions' }),
  items: Type.Array(Question, { description: 'The first 100 by pins, votes and age; those that wait for a moderator only for those who manage the room' }),
  total: Type.Integer({ minimum: 0 })
}

/** The `questions` event: the newest state as a whole. */
export const Questions = Closed({ roomId: Id, ...body })
export type Questions = Static<typeof Questions>

/** What whoever joins a room learns of its questions. */
export const JoinedQuestions = Closed({
  ...body,
  myVotes: Type.Array(Id, { description: 'The questions that this voter has voted for' }),
  mine: Type.Array(Question, { description: 'The newest that this voter has asked, whatever became of them' })
})
export type JoinedQuestions = Static<typeof JoinedQuestions>
