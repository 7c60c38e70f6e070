import { createHash, randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { findLiveSession, findUserByEmail, insertSession, insertUser, listLiveSessions, revokeSession, rotateRefresh, type UserRow } from '../../db/user-store.ts'
import { isUuid } from '../protocol/common.ts'
import type { Credentials, Registration, Tokens as TokensBody, User, VoterIdentity } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import { hashPassword, verifyNoPassword, verifyPassword } from './passwords.ts'
import type { Tokens } from './tokens.ts'

const sessionSeconds = 30 * 24 * 3600

export interface IdentityOptions {
  db: Db
  tokens: Tokens
  registration: 'open' | 'closed'
}

/** A host as a request or a socket proved it. */
export interface HostIdentity { user: User, sessionId: string, expiresAt: Date }

export type IdentityService = ReturnType<typeof createIdentityService>

/** Who is who: hosts by account and session, voters by a signed random id. */
export function createIdentityService ({ db, tokens, registration }: IdentityOptions) {
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

  return {
    /** Throws forbidden when registration is closed, conflict when the address has an account. */
    async register ({ email, password, name }: Registration): Promise<TokensBody> {
      const passwordHash = await hashPassword(password)
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

    /** Throws unauthenticated, after the same time whether or not the address has an account. */
    async login ({ email, password }: Credentials): Promise<TokensBody> {
      const user = await findUserByEmail(db, email.trim())
      const isRight = user === undefined ? await verifyNoPassword(password) : await verifyPassword(password, user.passwordHash)
      if (user === undefined || !isRight) throw new PlenumError('unauthenticated', { detail: 'The address or the password is wrong.' })
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

    /** Throws unauthenticated for a bad token and for a session that has ended. */
    async identifyHost (accessToken: string): Promise<HostIdentity> {
      const { sessionId, userId, expiresAt } = await tokens.verifyAccess(accessToken)
      const user = await findLiveSession(db, sessionId)
      if (user === undefined || user.id !== userId) throw new PlenumError('unauthenticated', { detail: 'This session has ended.' })
      return { user: toUser(user), sessionId, expiresAt }
    },

    /** Which of these sessions have ended. */
    async listEnded (sessionIds: string[]): Promise<string[]> {
      const live = new Set(await listLiveSessions(db, sessionIds))
      return sessionIds.filter((id) => !live.has(id))
    },

    mintVoter (): VoterIdentity {
      const voterId = uuidv7()
      return { voterId, voterToken: tokens.signVoter(voterId) }
    }
  }
}

function toUser ({ id, email, name, role, createdAt }: UserRow): User {
  return { id, email, name, role, createdAt: createdAt.toISOString() }
}

function newSecret (): string {
  return randomBytes(32).toString('base64url')
}

/** A random secret needs no slow hash. */
function hashSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
