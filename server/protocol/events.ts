import { Type, type Static } from 'typebox'
import { Closed, Empty } from './common.ts'
import { Answer, type Poll, type PollView, type Receipt, type Results } from './poll.ts'
import type { SocketProblem } from './problem.ts'
import type { JoinedRoom, RoomState } from './room.ts'

/** What a client may send, by event name. Every call is answered by its ack. */
export const clientEvents = {
  'room:join': Closed({ code: Type.String({ minLength: 1, maxLength: 40 }) }),
  'room:leave': Empty,
  'poll:join': Closed({ pollId: Type.String() }),
  'poll:leave': Closed({ pollId: Type.String() }),
  'vote:cast': Closed({ pollId: Type.String(), answer: Answer, round: Type.Optional(Type.Integer({ minimum: 1 })) }),
  'vote:withdraw': Closed({ pollId: Type.String() })
} as const

export type ClientEvent = keyof typeof clientEvents
export type ClientEventData = { [E in ClientEvent]: Static<(typeof clientEvents)[E]> }

export interface ClientEventReply {
  'room:join': { room: JoinedRoom, polls: PollView[], voterToken: string }
  'room:leave': Record<string, never>
  'poll:join': PollView & { voterToken: string }
  'poll:leave': Record<string, never>
  'vote:cast': Receipt
  'vote:withdraw': Receipt
}

export type Ack<T> = { ok: true, data: T } | { ok: false, error: SocketProblem }

export type ClientToServerEvents = {
  [E in ClientEvent]: (data: ClientEventData[E], ack: (answer: Ack<ClientEventReply[E]>) => void) => void
}

export interface ServerToClientEvents {
  results: (results: Results) => void
  poll: (poll: Poll) => void
  'poll:removed': (removed: { pollId: string }) => void
  room: (room: RoomState) => void
}

/** What a client sends at the handshake. Without a token or a voter cookie it becomes a new voter. */
export const HandshakeAuth = Type.Object({
  voterToken: Type.Optional(Type.String()),
  /** A host's access token, or an API key with the scope results:read. */
  accessToken: Type.Optional(Type.String()),
  presenterToken: Type.Optional(Type.String())
})

/** A message of the feed: one WebSocket text frame, or one server-sent event. */
export type FeedMessage = { type: 'poll', data: Poll } | { type: 'results', data: Results }
