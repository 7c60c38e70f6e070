import { Type, type Static } from 'typebox'
import { TypedAccessCode } from './access-code.ts'
import { Closed, Empty, Id, Nullable } from './common.ts'
import { Answer, OwnVote, Poll, PollView, Receipt, Results } from './poll.ts'
import { JoinedQuestions, NewQuestion, Question, Questions, QuestionVote } from './question.ts'
import type { SocketProblem } from './problem.ts'
import { JoinedRoom, RoomRole, RoomState } from './room.ts'
import { NewSuggestion, SuggestionOutcome } from './suggestion.ts'

/** What a client may send, by event name. Every call is answered by its ack. */
export const clientEvents = {
  /** With an access code the socket becomes its voter from then on; the answer has that voter's token. */
  'room:join': Closed({ code: Type.String({ minLength: 1, maxLength: 40 }), accessCode: Type.Optional(TypedAccessCode) }),
  'room:leave': Empty,
  'poll:join': Closed({ pollId: Type.String() }),
  'poll:leave': Closed({ pollId: Type.String() }),
  'vote:cast': Closed({ pollId: Type.String(), answer: Answer, round: Type.Optional(Type.Integer({ minimum: 1 })) }),
  'vote:withdraw': Closed({ pollId: Type.String() }),
  'option:suggest': Closed({ pollId: Type.String(), ...NewSuggestion.properties }),
  'question:ask': Closed({ roomId: Type.Optional(Type.String()), ...NewQuestion.properties }),
  'question:vote': Closed({ questionId: Type.String() }),
  'question:unvote': Closed({ questionId: Type.String() })
} as const

export type ClientEvent = keyof typeof clientEvents
export type ClientEventData = { [E in ClientEvent]: Static<(typeof clientEvents)[E]> }

/** The data of the acks. */
export const clientEventReplies = {
  /** `role` is there only for who manages the room; `present` unless a `room` event that tells it is about to come. */
  'room:join': Closed({
    room: JoinedRoom,
    polls: Type.Array(PollView),
    questions: Nullable(JoinedQuestions),
    voterToken: Type.String(),
    role: Type.Optional(RoomRole),
    present: Type.Optional(RoomState.properties.present)
  }),
  'room:leave': Empty,
  'poll:join': Closed({ ...PollView.properties, voterToken: Type.String() }),
  'poll:leave': Empty,
  'vote:cast': Receipt,
  'vote:withdraw': Receipt,
  'option:suggest': SuggestionOutcome,
  'question:ask': Question,
  'question:vote': QuestionVote,
  'question:unvote': QuestionVote
} as const

export type ClientEventReply = { [E in ClientEvent]: Static<(typeof clientEventReplies)[E]> }

export type Ack<T> = { ok: true, data: T } | { ok: false, error: SocketProblem }

export type ClientToServerEvents = {
  [E in ClientEvent]: (data: ClientEventData[E], ack: (answer: Ack<ClientEventReply[E]>) => void) => void
}

/** What the server sends by itself. */
export const serverEvents = {
  results: Results,
  poll: Poll,
  'poll:removed': Closed({ pollId: Id }),
  room: RoomState,
  questions: Questions,
  /** To nobody but its voter, when a moderator has reviewed it. */
  vote: OwnVote,
  /** Only to those who manage the room: what voters suggested for this poll is not what it was. */
  suggestions: Closed({ pollId: Id })
} as const

export type ServerToClientEvents = { [E in keyof typeof serverEvents]: (data: Static<(typeof serverEvents)[E]>) => void }

/** What a client sends at the handshake. Without a token or a voter cookie it becomes a new voter. */
export const HandshakeAuth = Type.Object({
  voterToken: Type.Optional(Type.String()),
  /** A host's access token, or an API key with the scope results:read. */
  accessToken: Type.Optional(Type.String()),
  presenterToken: Type.Optional(Type.String())
})

/** A message of the feed: one WebSocket text frame, or one server-sent event. */
export const FeedMessage = Type.Union([
  Closed({ type: Type.Literal('poll'), data: Poll }),
  Closed({ type: Type.Literal('results'), data: Results })
])
export type FeedMessage = Static<typeof FeedMessage>
