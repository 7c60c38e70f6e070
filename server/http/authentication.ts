import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionSeconds, type HostIdentity, type IdentityService } from '../identity/identity-service.ts'
import { claimsToBePresenter, hashSecret } from '../identity/secrets.ts'
import { claimsToBeVoter, hostCookieName, voterCookieName, voterTokenSeconds, type AccessClaims, type Tokens } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { ApiScope, Tokens as TokensBody, VoterIdentity } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { VoterClaims } from '../rooms/voter-identity.ts'
import type { RateLimits } from './rate-limits.ts'

/** Who a request speaks for. A host may look at what its audience sees, so a request may be nobody's too. */
export interface Caller {
  host?: HostIdentity
  presenterHash?: string
  voterId?: string
}

export type Authentication = ReturnType<typeof createAuthentication>

/** Reads who sent a request from its bearer token, else from its cookies. */
export function createAuthentication ({ identity, tokens, limits }: { identity: IdentityService, tokens: Tokens, limits: RateLimits }) {
  /** Throws unauthenticated for a token that is not valid; a stale cookie is nobody's fault and counts as none. */
  async function identify (request: FastifyRequest): Promise<Caller> {
    const token = readBearer(request)
    if (token !== undefined) {
      if (claimsToBeVoter(token)) return { voterId: tokens.verifyVoter(token) }
      if (claimsToBePresenter(token)) return { presenterHash: hashSecret(token) }
      return { host: await identity.identifyHost(token) }
    }
    const host = await readHostCookie(request)
    const voterId = readVoterCookie(request)
    return { ...(host === undefined ? {} : { host }), ...(voterId === undefined ? {} : { voterId }) }
  }

  async function readHostCookie (request: FastifyRequest): Promise<HostIdentity | undefined> {
    const cookie = request.cookies[hostCookieName(request.protocol === 'https')]
    return cookie === undefined ? undefined : await identity.findCookieHost(cookie)
  }

  /** As who somebody votes or looks: a page sends its device's token, and the browser the cookie of who has signed in. Sockets have both, too. */
  async function identifyBoth (request: FastifyRequest): Promise<Caller> {
    const caller = await identify(request)
    if (caller.voterId === undefined || caller.host !== undefined) return caller
    const host = await readHostCookie(request)
    return host === undefined ? caller : { ...caller, host }
  }

  /** What only reads is not counted: the boards answer that. */
  async function countWrite (request: FastifyRequest, host: HostIdentity): Promise<HostIdentity> {
    if (request.method !== 'GET' && request.method !== 'HEAD') await limits.spend(request, 'write', host.user.id)
    return host
  }

  function readVoterCookie (request: FastifyRequest): string | undefined {
    const token = request.cookies[voterCookieName(request.protocol === 'https')]
    if (token === undefined) return undefined
    try {
      return tokens.verifyVoter(token)
    } catch {
      return undefined
    }
  }

  function setVoterCookie (request: FastifyRequest, reply: FastifyReply, { voterToken }: VoterIdentity): void {
    const isSecure = request.protocol === 'https'
    reply.setCookie(voterCookieName(isSecure), voterToken, {
      path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure, maxAge: voterTokenSeconds
    })
  }

  return {
    identify,
    identifyBoth,
    setVoterCookie,

    /** For the web app, which cannot keep a token where no script reaches it. */
    setHostCookie (request: FastifyRequest, reply: FastifyReply, signedIn: TokensBody): void {
      const isSecure = request.protocol === 'https'
      reply.setCookie(hostCookieName(isSecure), identity.signCookie(signedIn), {
        path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure, maxAge: sessionSeconds
      })
    },

    clearHostCookie (request: FastifyRequest, reply: FastifyReply): void {
      const isSecure = request.protocol === 'https'
      reply.clearCookie(hostCookieName(isSecure), { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure })
    },

    /** The same as who looks at polls. Throws unauthenticated, forbidden for a key without the scope. */
    async identifyOnlooker (request: FastifyRequest, scope: ApiScope = 'results:read'): Promise<Onlooker & { host?: AccessClaims }> {
      return toOnlooker(await identifyBoth(request), scope)
    },

    /** The host. Throws unauthenticated without one, forbidden for a voter and for a key without the scope, rate_limited. */
    async requireHost (request: FastifyRequest, scope: ApiScope): Promise<HostIdentity> {
      return await countWrite(request, requireScope(requireSomeHost(request, await identify(request)), scope))
    },

    /** A person, signed in: what concerns the account itself is not for API keys. Throws like requireHost. */
    async requirePerson (request: FastifyRequest): Promise<HostIdentity> {
      const host = requireSomeHost(request, await identify(request))
      if (host.scopes !== undefined) throw new PlenumError('forbidden', { detail: 'An API key cannot do this; sign in.' })
      return await countWrite(request, host)
    },

    /** Throws like requirePerson, forbidden for who is no admin. */
    async requireAdmin (request: FastifyRequest): Promise<HostIdentity> {
      const person = await this.requirePerson(request)
      if (person.user.role !== 'admin') throw new PlenumError('forbidden', { detail: 'This is for admins of this server.' })
      return person
    },

    /** Who asks to vote; the poll's room decides which of it counts. Throws unauthenticated without anybody, forbidden for a key without the scope. */
    async requireVoter (request: FastifyRequest): Promise<VoterClaims> {
      const { host, voterId, presenterHash } = await identifyBoth(request)
      if (presenterHash !== undefined) throw new PlenumError('forbidden', { detail: 'A presenter link does not vote.' })
      if (host?.scopes !== undefined) return { voterId: requireScope(host, 'votes:write').sessionId, userId: host.user.id }
      if (voterId !== undefined || host !== undefined) return { voterId, userId: host?.user.id }
      throw new PlenumError('unauthenticated', { detail: 'This needs a voter token; POST /api/v1/voters gives one.' })
    },

    /** The same for what is stored of a voter; counted, on whatever path it comes. Throws like requireVoter, and rate_limited. */
    async requireCaster (request: FastifyRequest): Promise<VoterClaims> {
      const claims = await this.requireVoter(request)
      await limits.spend(request, 'vote', claims.voterId ?? claims.userId ?? '')
      return claims
    },

    /** Sets the voter cookie on the reply unless the request has a good one. */
    ensureVoter (request: FastifyRequest, reply: FastifyReply): void {
      if (readVoterCookie(request) === undefined) setVoterCookie(request, reply, identity.mintVoter())
    }
  }
}

/** Throws forbidden for a key without the scope. */
export function toOnlooker ({ host, presenterHash, voterId }: Caller, scope: ApiScope): Onlooker & { host?: AccessClaims } {
  if (host === undefined) return { presenterHash, voterId }
  const { user, sessionId, expiresAt, scopes } = requireScope(host, scope)
  // A key that may vote looks as the voter that it is.
  const ownId = scopes?.includes('votes:write') === true ? sessionId : undefined
  return { userId: user.id, voterId: voterId ?? ownId, host: { userId: user.id, sessionId, expiresAt } }
}

function requireSomeHost (request: FastifyRequest, { host }: Caller): HostIdentity {
  if (host !== undefined) return host
  throw readBearer(request) === undefined
    ? new PlenumError('unauthenticated')
    : new PlenumError('forbidden', { detail: 'This needs a host\'s access token.' })
}

function requireScope (host: HostIdentity, scope: ApiScope): HostIdentity {
  if (host.scopes !== undefined && !host.scopes.includes(scope)) throw new PlenumError('forbidden', { detail: `This API key has no scope ${scope}.` })
  return host
}

function readBearer (request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  if (header === undefined) return undefined
  const token = /^Bearer +([^\s]+)$/i.exec(header)?.[1]
  if (token === undefined) throw new PlenumError('unauthenticated', { detail: 'Authorization must be "Bearer <token>".' })
  return token
}
