import { uuidv7 } from 'uuidv7'
import { deleteApiKey, insertApiKey, listApiKeys, type ApiKeyRow } from '../../db/api-key-store.ts'
import type { Db } from '../../db/client.ts'
import { changePassword, deleteUser, findUser, listUsers, revokeSessionsOf, setUserDisabled, type UserRow } from '../../db/user-store.ts'
import type { ApiKey, CreatedApiKey, ManagedUser, NewApiKey } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import { toUser } from './identity-service.ts'
import type { Passwords } from './passwords.ts'
import { hashSecret, newApiKey } from './secrets.ts'

const maxKeys = 50

interface Page { before?: string | undefined, limit: number }

export type AccountService = ReturnType<typeof createAccountService>

/** What people do with their own account, and admins with those of others. */
export function createAccountService ({ db, passwords }: { db: Db, passwords: Passwords }) {
  async function requirePassword (userId: string, password: string): Promise<void> {
    const user = await findUser(db, userId)
    if (user === undefined || !await passwords.verify(password, user.passwordHash)) throw new PlenumError('forbidden', { detail: 'The password is wrong.' })
  }

  return {
    /** Throws forbidden for a wrong password. All other sessions end. */
    async changePassword (userId: string, sessionId: string, change: { currentPassword: string, newPassword: string }): Promise<void> {
      await requirePassword(userId, change.currentPassword)
      await changePassword(db, userId, await passwords.hash(change.newPassword), sessionId)
    },

    /** This session and all others. */
    async endSessions (userId: string): Promise<void> {
      await revokeSessionsOf(db, userId)
    },

    requirePassword,

    /** The caller has deleted the account's rooms. */
    async remove (userId: string): Promise<void> {
      await deleteUser(db, userId)
    },

    /** The key is in this answer and nowhere else. Throws conflict when there are too many. */
    async createKey (userId: string, { name, scopes }: NewApiKey): Promise<CreatedApiKey> {
      const key = newApiKey()
      const row = await insertApiKey(db, { id: uuidv7(), userId, name, keyHash: hashSecret(key), scopes }, maxKeys)
      if (row === undefined) throw new PlenumError('conflict', { detail: `An account may have ${maxKeys} keys; delete one first.` })
      return { ...toApiKey(row), key }
    },

    listKeys: async (userId: string, page: Page): Promise<ApiKey[]> => (await listApiKeys(db, userId, page)).map(toApiKey),

    /** Throws not_found. */
    async deleteKey (userId: string, keyId: string): Promise<void> {
      if (!await deleteApiKey(db, userId, keyId)) throw new PlenumError('not_found')
    },

    listUsers: async (page: Page): Promise<ManagedUser[]> => (await listUsers(db, page)).map(toManagedUser),

    /** Throws not_found, conflict for the admin's own account. */
    async setDisabled (adminId: string, userId: string, isDisabled: boolean): Promise<ManagedUser> {
      if (adminId === userId) throw new PlenumError('conflict', { detail: 'Your own account cannot be locked by yourself.' })
      const row = await setUserDisabled(db, userId, isDisabled)
      if (row === undefined) throw new PlenumError('not_found')
      return toManagedUser(row)
    }
  }
}

function toApiKey ({ id, name, scopes, createdAt, lastUsedAt }: ApiKeyRow): ApiKey {
  return { id, name, scopes, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null }
}

function toManagedUser (row: UserRow): ManagedUser {
  return { ...toUser(row), disabledAt: row.disabledAt?.toISOString() ?? null }
}
