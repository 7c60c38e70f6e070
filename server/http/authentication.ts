import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HostIdentity, IdentityService } from '../identity/identity-service.ts'
import { claimsToBeVoter, voterCookieName, voterTokenSeconds, type AccessClaims, type Tokens } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { VoterIdentity } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'

/** Who a request speaks for. A host may look at what its audience sees, so a request may be nobody's too. */
export interface Caller {
  host?: HostIdentity
  voterId?: string
}

export type Authentication = ReturnType<typeof createAuthentication>

/** Reads who sent a request from its bearer token or its voter cookie. */
export function createAuthentication ({ identity, tokens }: { identity: IdentityService, tokens: Tokens }) {
  /** Throws unauthenticated for a token that is not valid; a stale cookie is nobody's fault and counts as none. */
  async function identify (request: FastifyRequest): Promise<Caller> {
    const token = readBearer(request)
    if (token !== undefined) {
      return claimsToBeVoter(token)
        ? { voterId: tokens.verifyVoter(token) }
        : { host: await identity.identifyHost(token) }
    }
    const voterId = readVoterCookie(request)
    return voterId === undefined ? {} : { voterId }
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
    setVoterCookie,

    /** The same as who looks at polls. Throws unauthenticated. */
    async identifyOnlooker (request: FastifyRequest): Promise<Onlooker & { host?: AccessClaims }> {
      const { host, voterId } = await identify(request)
      if (host === undefined) return { voterId }
      const { user, sessionId, expiresAt } = host
      return { userId: user.id, host: { userId: user.id, sessionId, expiresAt } }
    },

    /** The host. Throws unauthenticated without one, forbidden for a voter. */
    async requireHost (request: FastifyRequest): Promise<HostIdentity> {
      const caller = await identify(request)
      if (caller.host !== undefined) return caller.host
      throw readBearer(request) === undefined
        ? new PlenumError('unauthenticated')
        : new PlenumError('forbidden', { detail: 'This needs a host\'s access token.' })
    },

    /** The voter's id. Throws unauthenticated without one, forbidden for a host. */
    async requireVoter (request: FastifyRequest): Promise<string> {
      const caller = await identify(request)
      if (caller.voterId !== undefined) return caller.voterId
      throw caller.host === undefined
        ? new PlenumError('unauthenticated', { detail: 'This needs a voter token; POST /api/v1/voters gives one.' })
        : new PlenumError('forbidden', { detail: 'This needs a voter token.' })
    },

    /** Sets the voter cookie on the reply unless the request has a good one. */
    ensureVoter (request: FastifyRequest, reply: FastifyReply): void {
      if (readVoterCookie(request) === undefined) setVoterCookie(request, reply, identity.mintVoter())
    }
  }
}

function readBearer (request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  if (header === undefined) return undefined
  const token = /^Bearer +([^\s]+)$/i.exec(header)?.[1]
  if (token === undefined) throw new PlenumError('unauthenticated', { detail: 'Authorization must be "Bearer <token>".' })
  return token
}
