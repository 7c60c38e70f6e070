import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import { Compile } from 'typebox/compile'
import type { IdentityService } from '../identity/identity-service.ts'
import type { OriginCheck } from '../identity/origins.ts'
import { claimsToBePresenter, hashSecret } from '../identity/secrets.ts'
import { hostCookieNames, voterCookieNames, type Tokens } from '../identity/tokens.ts'
import { asPlenumError } from '../polls/errors.ts'
import { HandshakeAuth } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import { createEventLimiter } from './event-limiter.ts'
import type { LiveSocket, SocketData, SocketHost } from './socket-types.ts'

export interface HandshakeOptions {
  identity: IdentityService
  tokens: Tokens
  maxEventsPerSocket: number
}

const validator = Compile(HandshakeAuth)

/**
 * Who connects: by a token of the handshake, else by the voter cookie, else a new voter; a voter is verified by signature alone. For a host the
 * session is looked up: a token outlives it.
 */
export function createHandshake ({ identity, tokens, maxEventsPerSocket }: HandshakeOptions) {
  function readVoter (socket: LiveSocket, givenToken: string | undefined): Pick<SocketData, 'voterId' | 'voterToken' | 'isNewVoter'> {
    if (givenToken !== undefined) {
      return { voterId: tokens.verifyVoter(givenToken), voterToken: givenToken, isNewVoter: false }
    }
    for (const cookie of cookiesOf(socket.request, voterCookieNames)) {
      try {
        return { voterId: tokens.verifyVoter(cookie), voterToken: cookie, isNewVoter: false }
      } catch {
        // A stale cookie is nobody's fault: this becomes a new voter.
      }
    }
    return { ...identity.mintVoter(), isNewVoter: true }
  }

  /** Throws unauthenticated for a token that is not valid; a cookie that is not counts as none. Whoever it is, is watched from then on. */
  async function readHost (socket: LiveSocket, givenToken: string | undefined): Promise<SocketHost | undefined> {
    if (givenToken === undefined) return await readHostCookie(socket.request)
    const { user, sessionId, expiresAt, scopes } = await identity.identifyHost(givenToken)
    if (scopes?.includes('results:read') === false) throw new PlenumError('forbidden', { detail: 'This API key has no scope results:read.' })
    return { userId: user.id, sessionId, expiresAt, scopes }
  }

  async function readHostCookie (request: IncomingMessage): Promise<SocketHost | undefined> {
    for (const cookie of cookiesOf(request, hostCookieNames)) {
      const claims = await identity.findCookieClaims(cookie)
      if (claims !== undefined) return { ...claims, scopes: undefined }
    }
    return undefined
  }

  async function identify (socket: LiveSocket): Promise<void> {
    const auth: unknown = socket.handshake.auth
    if (!validator.Check(auth)) throw new PlenumError('validation_failed', { detail: 'The handshake\'s auth is not valid.' })
    socket.data = {
      ...readVoter(socket, auth.voterToken),
      isVoterShown: auth.voterToken !== undefined,
      host: await readHost(socket, auth.accessToken),
      presenterHash: readPresenter(auth.presenterToken),
      roomId: undefined,
      wrongCodes: 0,
      limiter: createEventLimiter(maxEventsPerSocket, performance.now())
    }
  }

  return (socket: LiveSocket, next: (error?: Error) => void): void => {
    identify(socket).then(() => { next() }, (error: unknown) => {
      const known = asPlenumError(error)
      next(Object.assign(new Error(known.code), { data: known.toSocketProblem() }))
    })
  }
}

/** Whether it is a link's that still holds is asked of each room: it may be taken back at any time. */
function readPresenter (token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  if (!claimsToBePresenter(token)) throw new PlenumError('unauthenticated', { detail: 'The presenter link is not valid.' })
  return hashSecret(token)
}

function cookiesOf (request: IncomingMessage, names: readonly string[]): string[] {
  if (request.headers.cookie === undefined) return []
  const cookies = fastifyCookie.parse(request.headers.cookie)
  return names.map((name) => cookies[name]).filter((token) => token !== undefined)
}

/** Refuses what may not even begin a handshake, on either transport. */
export function createAdmission ({ isAllowedOrigin, isFull }: { isAllowedOrigin: OriginCheck, isFull: () => boolean }) {
  return (request: IncomingMessage, decide: (refusal: string | null | undefined, isAdmitted: boolean) => void): void => {
    if (!isAllowedOrigin(request.headers.origin, request.headers.host)) return decide('forbidden', false)
    if (isFull()) return decide('busy', false)
    decide(null, true)
  }
}
