import { Type, type Static } from 'typebox'

/** `pending` waits for a moderator; `answered` and `dismissed` are ends that can be undone; a merged one has given its votes to another. */
export const QuestionStatus = Type.Union([
  Type.Literal('pending'), Type.Literal('open'), Type.Literal('answered'), Type.Literal('dismissed'), Type.Literal('merged')])
export type QuestionStatus = Static<typeof QuestionStatus>
