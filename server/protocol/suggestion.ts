import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable, PageQuery } from './common.ts'
import { OptionLabel } from './poll.ts'

const OptionId = Type.Integer({ minimum: 1, description: 'The option that it became' })

export const SuggestionStatus = Type.Union([Type.Literal('pending'), Type.Literal('accepted'), Type.Literal('dismissed')], {
  description: 'pending: waits for a moderator; accepted: is an option of the poll; dismissed: a moderator turned it down'
})
export type SuggestionStatus = Static<typeof SuggestionStatus>

/** An option that a voter suggested, as those who manage the room see it. */
export const Suggestion = Closed({
  id: Id,
  pollId: Id,
  voterId: Type.String({ format: 'uuid', description: 'Who suggested it first' }),
  text: Type.String(),
  status: SuggestionStatus,
  optionId: Nullable(OptionId),
  createdAt: Instant
})
export type Suggestion = Static<typeof Suggestion>

export const NewSuggestion = Closed({ text: OptionLabel }, { examples: [{ text: 'Neither' }] })
export type NewSuggestion = Static<typeof NewSuggestion>

/** What became of a suggestion; the same text again is the same suggestion. */
export const SuggestionOutcome = Closed({ status: SuggestionStatus, optionId: Type.Optional(OptionId) }, { examples: [{ status: 'accepted', optionId: 3 }] })
export type SuggestionOutcome = Static<typeof SuggestionOutcome>

export const SuggestionQuery = Closed({ ...PageQuery.properties, status: Type.Optional(SuggestionStatus) })

export const SuggestionReview = Closed({ status: Type.Union([Type.Literal('accepted'), Type.Literal('dismissed')]) }, { examples: [{ status: 'accepted' }] })
export type SuggestionReview = Static<typeof SuggestionReview>
