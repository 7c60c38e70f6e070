import { and, asc, count, desc, eq, sql } from 'drizzle-orm'
import type { MemberRole } from '../server/protocol/room.ts'
import type { Db, Tx } from './client.ts'
import { roomInvitations, roomMembers, rooms, users } from './schema.ts'

export interface MemberRow { userId: string, email: string, name: string, role: MemberRole }
export interface InvitationRow { id: string, roomId: string, roomTitle: string, email: string, role: MemberRole, createdAt: Date }

const person = { userId: users.id, email: users.email, name: users.name }
const invitation = {
  id: roomInvitations.id, roomId: roomInvitations.roomId, roomTitle: rooms.title, email: roomInvitations.email, role: roomInvitations.role, createdAt: roomInvitations.createdAt
}
const hasAddress = (email: string) => eq(sql`lower(${roomInvitations.email})`, email.toLowerCase())

/** In the order in which they came. */
export async function listMembers (db: Db, roomId: string): Promise<MemberRow[]> {
  return await db.select({ ...person, role: roomMembers.role }).from(roomMembers).innerJoin(users, eq(users.id, roomMembers.userId))
    .where(eq(roomMembers.roomId, roomId)).orderBy(asc(roomMembers.createdAt), asc(roomMembers.userId))
}

export async function findOwner (db: Db, roomId: string): Promise<Omit<MemberRow, 'role'> | undefined> {
  const [row] = await db.select(person).from(rooms).innerJoin(users, eq(users.id, rooms.ownerId)).where(eq(rooms.id, roomId))
  return row
}

/** False when the user is no member. The caller holds the room's lock. */
export async function setMemberRole (tx: Tx, roomId: string, userId: string, role: MemberRole): Promise<boolean> {
  const changed = await tx.update(roomMembers).set({ role }).where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId))).returning({ userId: roomMembers.userId })
  return changed.length > 0
}

/** False when the user is no member. The caller holds the room's lock. */
export async function deleteMember (tx: Tx, roomId: string, userId: string): Promise<boolean> {
  const deleted = await tx.delete(roomMembers).where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId))).returning({ userId: roomMembers.userId })
  return deleted.length > 0
}

/** Members and invitations together. */
export async function countPeople (tx: Tx, roomId: string): Promise<number> {
  const [members] = await tx.select({ count: count() }).from(roomMembers).where(eq(roomMembers.roomId, roomId))
  const [invited] = await tx.select({ count: count() }).from(roomInvitations).where(eq(roomInvitations.roomId, roomId))
  return (members?.count ?? 0) + (invited?.count ?? 0)
}

/** Inviting an address again changes the role. The caller holds the room's lock. */
export async function putInvitation (tx: Tx, row: { id: string, roomId: string, email: string, role: MemberRole }): Promise<void> {
  const changed = await tx.update(roomInvitations).set({ role: row.role })
    .where(and(eq(roomInvitations.roomId, row.roomId), hasAddress(row.email))).returning({ id: roomInvitations.id })
  if (changed.length === 0) await tx.insert(roomInvitations).values(row)
}

/** Newest first. */
export async function listInvitations (db: Db | Tx, of: { roomId: string } | { email: string }): Promise<InvitationRow[]> {
  return await db.select(invitation).from(roomInvitations).innerJoin(rooms, eq(rooms.id, roomInvitations.roomId))
    .where('roomId' in of ? eq(roomInvitations.roomId, of.roomId) : hasAddress(of.email)).orderBy(desc(roomInvitations.id)).limit(200)
}

/** False when the room has no such invitation. */
export async function deleteInvitation (db: Db, id: string, of: { roomId: string } | { email: string }): Promise<boolean> {
  const deleted = await db.delete(roomInvitations)
    .where(and(eq(roomInvitations.id, id), 'roomId' in of ? eq(roomInvitations.roomId, of.roomId) : hasAddress(of.email))).returning({ id: roomInvitations.id })
  return deleted.length > 0
}

/** Makes the invited user a member. False when there is no such invitation any more. The caller holds the room's lock. */
export async function takeInvitation (tx: Tx, id: string, user: { id: string, email: string }): Promise<boolean> {
  const [taken] = await tx.delete(roomInvitations).where(and(eq(roomInvitations.id, id), hasAddress(user.email))).returning()
  if (taken === undefined) return false
  await tx.insert(roomMembers).values({ roomId: taken.roomId, userId: user.id, role: taken.role })
    .onConflictDoUpdate({ target: [roomMembers.roomId, roomMembers.userId], set: { role: taken.role } })
  return true
}
