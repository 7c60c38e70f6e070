import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Closed, Nullable } from '../protocol/common.ts'

const Values = Type.Record(Type.String(), Type.Unknown())

/** What a client asks for, over HTTP and over a socket. */
export const GraphqlRequest = Closed({
  query: Type.String({ minLength: 1 }),
  operationName: Type.Optional(Nullable(Type.String())),
  variables: Type.Optional(Nullable(Values)),
  extensions: Type.Optional(Nullable(Values))
})
export type GraphqlRequest = Static<typeof GraphqlRequest>

/** The sub-protocol that the `graphql-ws` library speaks. */
export const subprotocol = 'graphql-transport-ws'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const Authorization = Type.Optional(Type.String({ maxLength: 8192 }))
// Clients send the header's name in either case.
const ConnectionParams = Type.Object({ authorization: Authorization, Authorization })
const ClientMessage = Type.Union([
  Type.Object({ type: Type.Literal('connection_init'), payload: Type.Optional(Nullable(ConnectionParams)) }),
  Type.Object({ type: Type.Literal('subscribe'), id: Id, payload: GraphqlRequest }),
  Type.Object({ type: Type.Literal('complete'), id: Id }),
  Type.Object({ type: Type.Literal('ping') }),
  Type.Object({ type: Type.Literal('pong') })
])
export type ClientMessage = Static<typeof ClientMessage>

export type ServerMessage =
  | { type: 'connection_ack' | 'pong' }
  | { type: 'next', id: string, payload: unknown }
  | { type: 'error', id: string, payload: readonly object[] }
  | { type: 'complete', id: string }

/** The protocol's own reasons to close, with the sentences that it has for them. */
export const closings = {
  badMessage: [4400, 'Invalid message'],
  unauthorized: [4401, 'Unauthorized'],
  forbidden: [4403, 'Forbidden'],
  wrongSubprotocol: [4406, 'Subprotocol not acceptable'],
  initialisationTimeout: [4408, 'Connection initialisation timeout'],
  sameId: [4409, 'Subscriber already exists'],
  tooMany: [4429, 'Too many requests'],
  secondInitialisation: [4429, 'Too many initialisation requests'],
  goingAway: [1001, 'Going away'],
  // Of all codes for this the one after which the library comes back by itself.
  failed: [1013, 'Try again later']
} as const
export type Closing = keyof typeof closings

const validator = Compile(ClientMessage)

/** Undefined for what is no message of the protocol. */
export function readMessage (text: string): ClientMessage | undefined {
  try {
    const message: unknown = JSON.parse(text)
    return validator.Check(message) ? message : undefined
  } catch {
    return undefined
  }
}
