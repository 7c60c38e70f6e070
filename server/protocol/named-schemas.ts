import type { TSchema } from 'typebox'
import { AccessCode, AccessCodeRedemption, CreatedAccessCodes, NewAccessCodes } from './access-code.ts'
import { isObject } from './common.ts'
import { Answer, ListedPoll, NewPoll, Poll, PollEdit, PollKind, PollStatus, PollView, Receipt, Results, ResultsVisibility } from './poll.ts'
import {
  ApiKey, CreatedApiKey, Credentials, ManagedUser, NewApiKey, RefreshRequest, Registration, Tokens, User, VoterIdentity
} from './identity.ts'
import { Derived } from './derived.ts'
import { Leaderboard, ParticipantName, Score } from './leaderboard.ts'
import { Participation } from './participation.ts'
import { FieldError, Problem, SocketProblem } from './problem.ts'
import { JoinedQuestions, NewQuestion, Question, QuestionEdit, QuestionMerge, QuestionStatus, QuestionVote, Questions } from './question.ts'
import { BannedVoter, BlockedWords, Response } from './response.ts'
import { Invitation, JoinedRoom, ListedRoom, NewInvitation, NewRoom, PollOrder, PresenterLink, QuestionsMode, Room, RoomMember, RoomState } from './room.ts'
import { NewSuggestion, Suggestion, SuggestionOutcome, SuggestionReview, SuggestionStatus } from './suggestion.ts'
import { CreatedWebhook, Delivery, NewWebhook, Webhook } from './webhook.ts'

/** What the contract files call by name, so that clients generated from them have the same words. */
const namedSchemas: Readonly<Record<string, TSchema>> = {
  AccessCode,
  AccessCodeRedemption,
  CreatedAccessCodes,
  NewAccessCodes,
  Answer,
  Derived,
  BannedVoter,
  BlockedWords,
  Response,
  JoinedQuestions,
  NewQuestion,
  Question,
  QuestionEdit,
  QuestionMerge,
  QuestionStatus,
  QuestionVote,
  Questions,
  QuestionsMode,
  Leaderboard,
  Participation,
  ParticipantName,
  Score,
  ListedPoll,
  NewSuggestion,
  Suggestion,
  SuggestionOutcome,
  SuggestionReview,
  SuggestionStatus,
  NewPoll,
  Poll,
  PollEdit,
  PollKind,
  PollStatus,
  PollView,
  Receipt,
  Results,
  ResultsVisibility,
  ApiKey,
  CreatedApiKey,
  Credentials,
  ManagedUser,
  NewApiKey,
  RefreshRequest,
  Registration,
  Tokens,
  User,
  VoterIdentity,
  FieldError,
  Problem,
  SocketProblem,
  Invitation,
  JoinedRoom,
  ListedRoom,
  NewInvitation,
  NewRoom,
  PollOrder,
  PresenterLink,
  Room,
  RoomMember,
  RoomState,
  CreatedWebhook,
  Delivery,
  NewWebhook,
  Webhook
}

/**
 * A function that gives the same number to schemas that accept the same; examples may have been moved elsewhere. A schema is known by the
 * numbers of its parts, so that a document is read once, however deep it is.
 */
function createNumbering (): (schema: object) => number {
  const numbers = new Map<string, number>()
  const known = new Map<object, number>()
  return function numberOf (schema: object): number {
    const own = known.get(schema)
    if (own !== undefined) return own
    const parts = Object.entries(schema)
      .filter(([key, value]) => key !== 'examples' && key !== 'example' && value !== undefined)
      .map(([key, value]) => [key, isObject(value) ? [numberOf(value)] : value])
    const text = JSON.stringify([Array.isArray(schema), parts])
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    known.set(schema, number)
    return number
  }
}

/**
 * A copy of a contract file in which every named schema is a reference into `#/components/schemas`, and those that are referred to are there.
 * What it is given stays as it is: validators use the same schemas.
 */
export function nameSchemas (document: { components?: object, [part: string]: unknown }): object {
  const numberOf = createNumbering()
  const nameOf = new Map(Object.entries(namedSchemas).map(([name, schema]) => [numberOf(schema), name]))
  const schemas: Record<string, unknown> = {}
  const refer = (value: unknown): unknown => {
    if (!isObject(value)) return value
    const name = nameOf.get(numberOf(value))
    if (name === undefined) return referBelow(value)
    if (!(name in schemas)) {
      // Before what is below it, so that a schema that holds itself would end.
      schemas[name] = undefined
      schemas[name] = referBelow(namedSchemas[name] ?? {})
    }
    return { $ref: `#/components/schemas/${name}` }
  }
  const referBelow = (value: object): unknown => Array.isArray(value)
    ? value.map(refer)
    : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, refer(child)]))

  const { components, ...rest } = document
  const copy = referBelow(rest)
  return { ...(isObject(copy) ? copy : {}), components: { ...components, schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b))) } }
}
