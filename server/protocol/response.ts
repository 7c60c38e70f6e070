import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, PageQuery } from './common.ts'
import { Answer } from './poll.ts'
import { TextLine } from './text.ts'

export const ReviewStatus = Type.Union([Type.Literal('shown'), Type.Literal('held'), Type.Literal('removed')], {
  description: 'shown: counts; held: waits for a moderator; removed: a moderator took it out. Each can be changed again'
})
export type ReviewStatus = Static<typeof ReviewStatus>

/** What somebody wrote, as it stands now. */
export const Response = Closed({
  voterId: Type.Optional(Type.String({ format: 'uuid', description: 'Only for those who manage the room' })),
  answer: Answer,
  review: ReviewStatus,
  version: Type.Integer({ minimum: 1, description: 'That it came with, or was reviewed at' }),
  castAt: Instant
}, { examples: [{ answer: { text: 'More tea' }, review: 'shown', version: 7, castAt: '2026-01-15T18:30:00.000Z' }] })
export type Response = Static<typeof Response>

export const ResponseQuery = Closed({
  ...PageQuery.properties, review: Type.Optional(ReviewStatus), round: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }))
})
export const ResponseReview = Closed({ review: ReviewStatus }, { examples: [{ review: 'removed' }] })

export const BlockedWords = Closed({
  words: Type.Array(TextLine(50, 'A whole word; its case does not matter.'), { maxItems: 500 })
}, { examples: [{ words: ['spam'] }] })
export type BlockedWords = Static<typeof BlockedWords>

export const BannedVoter = Closed({ voterId: Id, bannedAt: Instant })
export type BannedVoter = Static<typeof BannedVoter>
