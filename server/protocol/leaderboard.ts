import { Type, type Static } from 'typebox'
import { Closed, Nullable } from './common.ts'
import { TextLine } from './text.ts'

/** What a voter is called in a room. */
export const ParticipantName = Closed({ name: TextLine(60, 'A name of one\'s own choice; others may have the same.') }, { examples: [{ name: 'Ada' }] })
export type ParticipantName = Static<typeof ParticipantName>

/** One voter's points over the quizzes of a room that have been revealed. */
export const Score = Closed({
  rank: Type.Integer({ minimum: 1, description: 'Equal points have an equal rank' }),
  name: Nullable(Type.String()),
  points: Type.Integer({ minimum: 0 }),
  correctAnswers: Type.Integer({ minimum: 0 })
})
export type Score = Static<typeof Score>

export const LeaderboardQuery = Closed({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })) })

export const Leaderboard = Closed({
  quizzes: Type.Integer({ minimum: 0, description: 'How many quizzes are counted: those that have been revealed, in their current round' }),
  players: Type.Integer({ minimum: 0, description: 'Voters who answered any of them' }),
  items: Type.Array(Score, { description: 'The best first' }),
  mine: Nullable(Score)
}, { examples: [{ quizzes: 2, players: 40, items: [{ rank: 1, name: 'Ada', points: 1870, correctAnswers: 2 }], mine: null }] })
export type Leaderboard = Static<typeof Leaderboard>
