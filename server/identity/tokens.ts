import { createSecretKey } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import { jwtVerify, SignJWT } from 'jose'
import { isUuid } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'

const issuer = 'plenum'
const audience = 'plenum:api'
const accessType = 'at+jwt'
const algorithm = 'HS256'
const maxTokenLength = 4096
// No JWT begins like this, so that neither kind of token is ever taken for the other.
const voterPrefix = 'voter.'
const hostPrefix = 'host.'

export const voterTokenSeconds = 180 * 24 * 3600

/** Over https the prefix makes browsers refuse the cookie from any other host or over plain http; it comes first as it is worth more. */
export const voterCookieNames = ['__Host-voter', 'voter'] as const

export function voterCookieName (isSecure: boolean): string {
  return voterCookieNames[isSecure ? 0 : 1]
}

/** Of the web app's session. */
export const hostCookieNames = ['__Host-host', 'host'] as const

export function hostCookieName (isSecure: boolean): string {
  return hostCookieNames[isSecure ? 0 : 1]
}

export interface AccessClaims { userId: string, sessionId: string, expiresAt: Date }

export type Tokens = ReturnType<typeof createTokens>

/**
 * Signs and verifies tokens, by signature alone: no database is asked.
 * @param secretKeys the first signs, all verify, so that a key can be replaced without making new voters
 */
export function createTokens ({ secretKeys, accessSeconds }: { secretKeys: readonly [string, ...string[]], accessSeconds: number }) {
  const signingKey = createSecretKey(secretKeys[0], 'utf8')
  const keys = [signingKey, ...secretKeys.slice(1).map((key) => createSecretKey(key, 'utf8'))]
  // A hall that arrives at once makes thousands of voters in a second: a signature of this kind takes a tenth of a JWT's time.
  const signer = new fastifyCookie.Signer([...secretKeys], 'sha256')

  async function verifyJwt (token: string) {
    if (token.length > maxTokenLength) throw new PlenumError('unauthenticated', { detail: 'The token is too long.' })
    let failure: unknown
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, { algorithms: [algorithm], issuer, audience, typ: accessType })).payload
      } catch (error) {
        failure = error
      }
    }
    throw new PlenumError('unauthenticated', { detail: 'The token is not valid or has expired.', cause: failure })
  }

  return {
    accessSeconds,

    async signAccess (userId: string, sessionId: string): Promise<string> {
      const issuedAt = nowSeconds()
      return await new SignJWT({ sid: sessionId }).setProtectedHeader({ alg: algorithm, typ: accessType }).setIssuer(issuer)
        .setAudience(audience).setSubject(userId).setIssuedAt(issuedAt).setExpirationTime(issuedAt + accessSeconds).sign(signingKey)
    },

    /** Throws unauthenticated. */
    async verifyAccess (token: string): Promise<AccessClaims> {
      const { sub, sid, exp } = await verifyJwt(token)
      if (sub === undefined || !isUuid(sub) || typeof sid !== 'string' || !isUuid(sid) || exp === undefined) throw new PlenumError('unauthenticated')
      return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1000) }
    },

    /** `host.<session>.<user>.<expiry in seconds>.<HMAC-SHA256>`, for the web app's cookie. */
    signHostCookie: (userId: string, sessionId: string, lifetimeSeconds: number): string =>
      signer.sign(`${hostPrefix}${sessionId}.${userId}.${nowSeconds() + lifetimeSeconds}`),

    /** Undefined for a cookie that is not valid, or not any more. */
    verifyHostCookie (cookie: string): AccessClaims | undefined {
      const { valid, value } = cookie.length <= maxTokenLength ? signer.unsign(cookie) : { valid: false, value: null }
      const [, sessionId = '', userId = '', expiry = ''] = /^host\.([^.]+)\.([^.]+)\.(\d+)$/.exec(value ?? '') ?? []
      if (!valid || !isUuid(sessionId) || !isUuid(userId) || Number(expiry) <= nowSeconds()) return undefined
      return { userId, sessionId, expiresAt: new Date(Number(expiry) * 1000) }
    },

    /** `voter.<id>.<expiry in seconds>.<HMAC-SHA256>` */
    signVoter: (voterId: string): string => signer.sign(`${voterPrefix}${voterId}.${nowSeconds() + voterTokenSeconds}`),

    /** The voter's id. Throws unauthenticated. */
    verifyVoter (token: string): string {
      const { valid, value } = token.length <= maxTokenLength ? signer.unsign(token) : { valid: false, value: null }
      const [, voterId = '', expiry = ''] = /^voter\.([^.]+)\.(\d+)$/.exec(value ?? '') ?? []
      if (!valid || !isUuid(voterId) || Number(expiry) <= nowSeconds()) {
        throw new PlenumError('unauthenticated', { detail: 'The voter token is not valid or has expired.' })
      }
      return voterId
    }
  }
}

function nowSeconds (): number {
  return Math.floor(Date.now() / 1000)
}

/** What a token claims to be, before anything is verified: only for choosing how to verify it. */
export function claimsToBeVoter (token: string): boolean {
  return token.startsWith(voterPrefix)
}
