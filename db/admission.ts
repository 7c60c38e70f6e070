import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { TransactionSql } from 'postgres'
import type { RoomAccess } from '../server/protocol/room.ts'
import type { Tx } from './client.ts'
import { accessCodes, users } from './schema.ts'

/** What a room asks of voters beyond a device, and which voters of a batch have it. */
export interface Admission {
  access: Exclude<RoomAccess, 'open'>
  admitted: ReadonlySet<string>
}

/** Inside the vote transaction, so that a code that was revoked and an account that was locked before the vote was sent do not count. */
export async function readAdmission (tx: TransactionSql, access: Admission['access'], roomId: string, voterIds: string[]): Promise<Admission> {
  const rows = await findAdmitted(tx, access, roomId, voterIds)
  return { access, admitted: new Set(rows.map(({ id }) => id)) }
}

function findAdmitted (tx: TransactionSql, access: Admission['access'], roomId: string, voterIds: string[]) {
  switch (access) {
    case 'codes': return tx<{ id: string }[]>`
      SELECT id FROM access_codes
      WHERE id = ANY(${voterIds}::uuid[]) AND room_id = ${roomId} AND used_at IS NOT NULL AND revoked_at IS NULL`
    case 'accounts': return tx<{ id: string }[]>`
      SELECT id FROM users WHERE id = ANY(${voterIds}::uuid[]) AND disabled_at IS NULL`
    default: return access satisfies never
  }
}

/** The same inside a transaction that is not a vote's. */
export async function readAdmissionWith (tx: Tx, access: Admission['access'], roomId: string, voterIds: string[]): Promise<Admission> {
  const rows = await selectAdmitted(tx, access, roomId, voterIds)
  return { access, admitted: new Set(rows.map(({ id }) => id)) }
}

function selectAdmitted (tx: Tx, access: Admission['access'], roomId: string, voterIds: string[]) {
  switch (access) {
    case 'codes': return tx.select({ id: accessCodes.id }).from(accessCodes)
      .where(and(inArray(accessCodes.id, voterIds), eq(accessCodes.roomId, roomId), isNotNull(accessCodes.usedAt), isNull(accessCodes.revokedAt)))
    case 'accounts': return tx.select({ id: users.id }).from(users).where(and(inArray(users.id, voterIds), isNull(users.disabledAt)))
    default: return access satisfies never
  }
}
