import { PlenumError } from '../protocol/problem.ts'
import type { MemberRole, RoomAccess, RoomRole } from '../protocol/room.ts'

/** Who manages a room, and whom and what they keep out, as of this revision of it. */
export interface Staff {
  readonly ownerId: string
  /** By user id; the owner is not among them. */
  readonly roles: Readonly<Record<string, MemberRole>>
  /** Of the secret in the presenter link; null without one. */
  readonly presenterHash: string | null
  /** Voters who may not vote here. */
  readonly banned: string[]
  /** What of open answers is held for review when it has one of these words. */
  readonly blockedWords: string[]
  /** What voting asks for: not the staff's, but of the same revision. */
  readonly access: RoomAccess
  readonly revision: number
}

/**
 * - `see` everything: drafts, results that are hidden from others, exports
 * - `run` what is prepared: stage, lifecycle, reveal
 * - `edit` polls and the room's own text
 * - `own` the room itself: its people, links, webhooks, deletion
 */
export type Permission = 'see' | 'run' | 'edit' | 'own'

const permissions = {
  owner: ['see', 'run', 'edit', 'own'],
  editor: ['see', 'run', 'edit'],
  moderator: ['see', 'run'],
  viewer: ['see']
} as const satisfies Record<RoomRole, readonly Permission[]>

/** Undefined for who does not manage the room. */
export function roleOf (staff: Staff, userId: string | undefined): RoomRole | undefined {
  if (userId === undefined) return undefined
  if (staff.ownerId === userId) return 'owner'
  return Object.hasOwn(staff.roles, userId) ? staff.roles[userId] : undefined
}

function mayUser (staff: Staff, userId: string | undefined, permission: Permission): boolean {
  const role = roleOf(staff, userId)
  return role !== undefined && permissions[role].some((one) => one === permission)
}

/** Throws `unseen`, which must read like what does not exist, where the user sees nothing, and forbidden where only this is too much. */
export function requirePermission (permission: Permission, staff: Staff, userId: string, unseen: 'room_not_found' | 'poll_not_found' | 'not_found'): void {
  const role = roleOf(staff, userId)
  if (role === undefined) throw new PlenumError(unseen)
  if (!mayUser(staff, userId, permission)) throw new PlenumError('forbidden', { detail: `Your role in this room, ${role}, does not allow this.` })
}

/** Whether this user has any role in the room. */
export function managesRoom (staff: Staff, userId: string | undefined): boolean {
  return roleOf(staff, userId) !== undefined
}

/** Whether this onlooker sees what only those who manage the room see: by account, or by the presenter link. */
export function seesAsStaff (staff: Staff, { userId, presenterHash }: { userId?: string | undefined, presenterHash?: string | undefined }): boolean {
  return mayUser(staff, userId, 'see') || (presenterHash !== undefined && presenterHash === staff.presenterHash)
}
