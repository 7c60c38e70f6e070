import { createSecretKey } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { isUuid } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'

const issuer = 'plenum'
const algorithm = 'HS256'
const maxTokenLength = 4096

// Each kind of token has its own type and audience, so that none is ever taken for another.
const kinds = {
  access: { typ: 'at+jwt', audience: 'plenum:api' },
  voter: { typ: 'voter+jwt', audience: 'plenum:vote' }
} as const
type TokenKind = keyof typeof kinds

export const voterTokenSeconds = 180 * 24 * 3600

/** Over https the prefix makes browsers refuse the cookie from any other host or over plain http; it comes first as it is worth more. */
export const voterCookieNames = ['__Host-voter', 'voter'] as const

export function voterCookieName (isSecure: boolean): string {
  return voterCookieNames[isSecure ? 0 : 1]
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

  async function sign (kind: TokenKind, subject: string, seconds: number, claims: Record<string, unknown> = {}): Promise<string> {
    const issuedAt = Math.floor(Date.now() / 1000)
    return await new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: kinds[kind].typ }).setIssuer(issuer)
      .setAudience(kinds[kind].audience).setSubject(subject).setIssuedAt(issuedAt).setExpirationTime(issuedAt + seconds).sign(signingKey)
  }

  async function verify (kind: TokenKind, token: string) {
    if (token.length > maxTokenLength) throw new PlenumError('unauthenticated', { detail: 'The token is too long.' })
    let failure: unknown
    for (const key of keys) {
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], issuer, ...kinds[kind] })
        if (payload.sub !== undefined && isUuid(payload.sub) && payload.exp !== undefined) return payload
        break
      } catch (error) {
        failure = error
      }
    }
    throw new PlenumError('unauthenticated', { detail: 'The token is not valid or has expired.', cause: failure })
  }

  return {
    accessSeconds,

    signAccess: async (userId: string, sessionId: string) => await sign('access', userId, accessSeconds, { sid: sessionId }),
    signVoter: async (voterId: string) => await sign('voter', voterId, voterTokenSeconds),

    /** Throws unauthenticated. */
    async verifyAccess (token: string): Promise<AccessClaims> {
      const { sub, sid, exp } = await verify('access', token)
      if (sub === undefined || typeof sid !== 'string' || !isUuid(sid) || exp === undefined) throw new PlenumError('unauthenticated')
      return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1000) }
    },

    /** The voter's id. Throws unauthenticated. */
    async verifyVoter (token: string): Promise<string> {
      const { sub } = await verify('voter', token)
      if (sub === undefined) throw new PlenumError('unauthenticated')
      return sub
    }
  }
}

/** What a token claims to be, before anything is verified: only for choosing how to verify it. */
export function claimedTokenKind (token: string): TokenKind | undefined {
  try {
    const { typ } = decodeProtectedHeader(token)
    return typ === kinds.access.typ ? 'access' : typ === kinds.voter.typ ? 'voter' : undefined
  } catch {
    return undefined
  }
}
