import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { AccessClaims } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { ApiScope } from '../protocol/identity.ts'
import type { ServerToClientEvents } from '../protocol/events.ts'
import { managesRoom, type Staff } from '../rooms/staff.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import type { EventLimiter } from './event-limiter.ts'

export interface SocketHost extends AccessClaims {
  /** What an API key may do; undefined for a person, who may do everything. */
  scopes: readonly ApiScope[] | undefined
}

/** What a connection proved at its handshake, and what it joined. */
export interface SocketData {
  voterId: string
  voterToken: string
  /** Made at this handshake, and neither has it voted here nor did anyone get its token: cannot have voted. */
  isNewVoter: boolean
  /** The handshake brought this voter's token, or a code was redeemed: it goes before a key's own voter. */
  isVoterShown: boolean
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

export function onlookerOf (socket: LiveSocket): Onlooker {
  const { data } = socket
  const { voterId } = claimsOf(socket)
  return { userId: data.host?.userId, presenterHash: data.presenterHash, voterId, isNewVoter: data.isNewVoter && voterId === data.voterId }
}

/**
 * Who votes over this connection, by the rule for requests: the device, and the person who is signed in. An API key that may vote is a voter of
 * its own unless a voter was shown beside it; one that may not is none.
 */
export function claimsOf ({ data: { host, voterId, isVoterShown } }: LiveSocket): VoterClaims {
  if (host?.scopes === undefined) return { voterId, userId: host?.userId }
  const mayVote = host.scopes.includes('votes:write')
  const ownId = mayVote ? host.sessionId : undefined
  return { voterId: isVoterShown ? voterId : ownId, userId: mayVote ? host.userId : undefined }
}

/** Neither who manages the room nor a projector. Who has signed in to vote is one of the audience. */
export function isAudience ({ data: { host, presenterHash } }: Pick<LiveSocket, 'data'>, staff: Staff | undefined): boolean {
  return presenterHash === undefined && (staff === undefined || !managesRoom(staff, host?.userId))
}
