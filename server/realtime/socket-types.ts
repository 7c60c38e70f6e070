import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { AccessClaims } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { ServerToClientEvents } from '../protocol/events.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import type { EventLimiter } from './event-limiter.ts'

/** A host, and whether it may vote as the user: a program's key only with that scope. */
export type SocketHost = AccessClaims & { mayVote: boolean }

/** What a connection proved at its handshake, and what it joined. */
export interface SocketData {
  voterId: string
  voterToken: string
  /** Made at this handshake, and neither has it voted here nor did anyone get its token: cannot have voted. */
  isNewVoter: boolean
  /** Undefined for the audience, and from the moment the session ends. */
  host: SocketHost | undefined
  /** Of the secret in the presenter link that the handshake brought. */
  presenterHash: string | undefined
  roomId: string | undefined
  wrongCodes: number
  limiter: EventLimiter
}

/** Messages between instances: hints that something changed, never the truth itself. */
export interface InterServerEvents {
  hint: (hint: unknown) => void
}

// What clients send is untyped until it was checked.
export type LiveSocket = Socket<DefaultEventsMap, ServerToClientEvents, InterServerEvents, SocketData>
export type LiveServer = Server<DefaultEventsMap, ServerToClientEvents, InterServerEvents, SocketData>

export function onlookerOf ({ data }: LiveSocket): Onlooker {
  return { userId: data.host?.userId, presenterHash: data.presenterHash, voterId: data.voterId, isNewVoter: data.isNewVoter }
}

export function claimsOf ({ data: { host, voterId } }: LiveSocket): VoterClaims {
  return { voterId, userId: host?.mayVote === true ? host.userId : undefined }
}
