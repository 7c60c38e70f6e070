import { uuidv7 } from 'uuidv7'
import { findApiKey, touchApiKey } from '../../db/api-key-store.ts'
import { createBatchReader } from '../../db/batch-reader.ts'
import type { Db } from '../../db/client.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { findLiveSession, findUserByEmail, insertSession, insertUser, listLiveCredentials, revokeSession, rotateRefresh, type UserRow } from '../../db/user-store.ts'
import { isUuid } from '../protocol/common.ts'
import type { ApiScope, Credentials, Registration, Tokens as TokensBody, User, VoterIdentity } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Passwords } from './passwords.ts'
import { claimsToBeApiKey, hashSecret, newSecret } from './secrets.ts'
import type { AccessClaims, Tokens } from './tokens.ts'

export const sessionSeconds = 30 * 24 * 3600

export interface IdentityOptions {
  db: Db
  tokens: Tokens
  passwords: Passwords
  registration: 'open' | 'closed'
  onError: (error: unknown, sentence: string) => void
}

/** A host as a request or a socket proved it. */
export interface HostIdentity {
  user: User
  /** Of the sign-in, or of the API key. */
  sessionId: string
  expiresAt: Date
  /** What an API key may do; undefined for a person, who may do everything. */
  scopes: readonly ApiScope[] | undefined
}

export type IdentityService = ReturnType<typeof createIdentityService>

// Keys do not expire; they are deleted.
const farFuture = new Date(8.64e15)
const touchEveryMs = 60_000

/** Who is who: hosts by account and session or by API key, voters by a signed random id. */
export function createIdentityService ({ db, tokens, passwords, registration, onError }: IdentityOptions) {
  const touchedAt = new Map<string, number>()

  async function startSession (user: UserRow): Promise<TokensBody> {
    const sessionId = uuidv7()
    const secret = newSecret()
    await insertSession(db, { id: sessionId, userId: user.id, refreshHash: hashSecret(secret), lifetimeSeconds: sessionSeconds })
    return await issue(user, sessionId, secret)
  }

  async function issue (user: UserRow, sessionId: string, secret: string): Promise<TokensBody> {
    return {
      user: toUser(user),
      accessToken: await tokens.signAccess(user.id, sessionId),
      refreshToken: `${sessionId}.${secret}`,
      expiresIn: tokens.accessSeconds
    }
  }

  /** Throws unauthenticated for a session that has ended and for an account that is locked. */
  async function identifySession ({ sessionId, userId, expiresAt }: AccessClaims): Promise<HostIdentity> {
    const user = await findLiveSession(db, sessionId)
    if (user === undefined || user.id !== userId) throw new PlenumError('unauthenticated', { detail: 'This session has ended.' })
    return { user: toUser(user), sessionId, expiresAt, scopes: undefined }
  }

  /** Of the web app's cookie: undefined for one that is not valid, or whose session has ended. */
  async function findCookieHost (cookie: string): Promise<HostIdentity | undefined> {
    const claims = tokens.verifyHostCookie(cookie)
    if (claims === undefined) return undefined
    try {
      return await identifySession(claims)
    } catch (error) {
      if (error instanceof PlenumError) return undefined
      throw error
    }
  }

  const isLiveSession = createBatchReader(async (sessionIds: string[]) => {
    const live = new Set(await listLiveCredentials(db, sessionIds))
    return (sessionId) => live.has(sessionId)
  })

  /** Of the same cookie only who it is: a hall that comes back is looked up together. */
  async function findCookieClaims (cookie: string): Promise<AccessClaims | undefined> {
    const claims = tokens.verifyHostCookie(cookie)
    return claims !== undefined && await isLiveSession(claims.sessionId) ? claims : undefined
  }

  async function identifyKey (apiKey: string): Promise<HostIdentity> {
    const found = await findApiKey(db, hashSecret(apiKey))
    if (found === undefined) throw new PlenumError('unauthenticated', { detail: 'The API key is not valid, or not any more.' })
    const { key, user } = found
    noteUse(key.id)
    return { user: toUser(user), sessionId: key.id, expiresAt: farFuture, scopes: key.scopes }
  }

  function noteUse (keyId: string): void {
    const now = Date.now()
    if (now - (touchedAt.get(keyId) ?? 0) < touchEveryMs) return
    if (touchedAt.size > 10_000) touchedAt.clear()
    touchedAt.set(keyId, now)
    touchApiKey(db, keyId).catch((error: unknown) => { onError(error, 'the use of a key could not be noted') })
  }

  const identifyVoter = (voterId: string): VoterIdentity => ({ voterId, voterToken: tokens.signVoter(voterId) })

  return {
    /** Throws forbidden when registration is closed, conflict when the address has an account. */
    async register ({ email, password, name }: Registration): Promise<TokensBody> {
      const passwordHash = await passwords.hash(password)
      const row = { id: uuidv7(), email: email.trim(), name, passwordHash }
      try {
        const user = await insertUser(db, row, (isFirst) => {
          if (registration === 'closed' && !isFirst) throw new PlenumError('forbidden', { detail: 'Registration is closed on this server.' })
        })
        return await startSession(user)
      } catch (error) {
        if (isUniqueViolation(error, 'users_email_key')) throw new PlenumError('conflict', { detail: 'This address has an account.' })
        throw error
      }
    },

    /** Throws unauthenticated, after the same time whether or not the address has an account; forbidden when it is locked. */
    async login ({ email, password }: Credentials): Promise<TokensBody> {
      const user = await findUserByEmail(db, email.trim())
      const isRight = user === undefined ? await passwords.verifyNone(password) : await passwords.verify(password, user.passwordHash)
      if (user === undefined || !isRight) throw new PlenumError('unauthenticated', { detail: 'The address or the password is wrong.' })
      if (user.disabledAt !== null) throw new PlenumError('forbidden', { detail: 'This account is locked; ask the admin of this server.' })
      return await startSession(user)
    },

    /** Trades a refresh token for the next one. An older one ends the whole session. Throws unauthenticated. */
    async refresh (refreshToken: string): Promise<TokensBody> {
      const [sessionId = '', oldSecret = ''] = refreshToken.split('.')
      const secret = newSecret()
      const user = isUuid(sessionId) ? await rotateRefresh(db, sessionId, hashSecret(oldSecret), hashSecret(secret)) : undefined
      if (user === undefined) throw new PlenumError('unauthenticated', { detail: 'The refresh token is not valid any more.' })
      return await issue(user, sessionId, secret)
    },

    async logout (sessionId: string): Promise<void> {
      await revokeSession(db, sessionId)
    },

    findCookieHost,
    findCookieClaims,

    /** The cookie of the session that these tokens began or continue. */
    signCookie ({ user, refreshToken }: TokensBody): string {
      return tokens.signHostCookie(user.id, refreshToken.slice(0, refreshToken.indexOf('.')), sessionSeconds)
    },

    /** By access token or API key. Throws unauthenticated for a bad one, a session that has ended, an account that is locked. */
    async identifyHost (token: string): Promise<HostIdentity> {
      return claimsToBeApiKey(token) ? await identifyKey(token) : await identifySession(await tokens.verifyAccess(token))
    },

    /** Which of these sessions have ended, and which of these keys are gone. */
    async listEnded (sessionIds: string[]): Promise<string[]> {
      const live = new Set(await listLiveCredentials(db, sessionIds))
      return sessionIds.filter((id) => !live.has(id))
    },

    mintVoter: (): VoterIdentity => identifyVoter(uuidv7()),

    /** The identity of a voter who has proved to be this one. */
    identifyVoter
  }
}

export function toUser ({ id, email, name, role, createdAt }: UserRow): User {
  return { id, email, name, role, createdAt: createdAt.toISOString() }
}
