import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import {
  countPeople, deleteInvitation, deleteMember, findOwner, listInvitations, listMembers, putInvitation, setMemberRole, takeInvitation, type InvitationRow
} from '../../db/member-store.ts'
import { hashSecret, newPresenterToken } from '../identity/secrets.ts'
import type { User } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Invitation, MemberRole, NewInvitation, RoomMember } from '../protocol/room.ts'
import type { RoomSnapshot } from './room-board.ts'
import type { RoomService } from './room-service.ts'

const maxPeople = 100

export type MemberService = ReturnType<typeof createMemberService>

/** Who else manages a room. Each change is a revision of the room, with which it reaches all instances and ends what it takes away. */
export function createMemberService ({ db, rooms }: { db: Db, rooms: RoomService }) {
  async function listOfRoom (roomId: string): Promise<RoomMember[]> {
    const [owner, members] = await Promise.all([findOwner(db, roomId), listMembers(db, roomId)])
    return [...owner === undefined ? [] : [{ ...owner, role: 'owner' as const }], ...members]
  }

  return {
    /** The owner first. */
    async list (roomId: string, userId: string): Promise<RoomMember[]> {
      await rooms.findAs('see', roomId, userId)
      return await listOfRoom(roomId)
    },

    /** Throws not_found for who is no member. */
    async setRole (roomId: string, userId: string, memberId: string, role: MemberRole): Promise<RoomMember> {
      await rooms.changeAs('own', roomId, userId, async (_stored, tx) => {
        if (!await setMemberRole(tx, roomId, memberId, role)) throw new PlenumError('not_found')
        return {}
      })
      const member = (await listOfRoom(roomId)).find((one) => one.userId === memberId)
      if (member === undefined) throw new PlenumError('not_found')
      return member
    },

    /** Everybody may leave; only the owner removes others. */
    async remove (roomId: string, userId: string, memberId: string): Promise<void> {
      await rooms.changeAs(userId === memberId ? 'see' : 'own', roomId, userId, async ({ staff }, tx) => {
        if (staff.ownerId === memberId) throw new PlenumError('conflict', { detail: 'A room cannot be without its owner.' })
        if (!await deleteMember(tx, roomId, memberId)) throw new PlenumError('not_found')
        return {}
      })
    },

    /** The answer is the same whether or not the address has an account. Inviting again changes the role. */
    async invite (roomId: string, userId: string, { email, role }: NewInvitation): Promise<Invitation> {
      const address = email.trim()
      let invited: InvitationRow | undefined
      await rooms.changeAs('own', roomId, userId, async (_stored, tx) => {
        if (await countPeople(tx, roomId) >= maxPeople) throw new PlenumError('conflict', { detail: `A room may have ${maxPeople} members and invitations.` })
        await putInvitation(tx, { id: uuidv7(), roomId, email: address, role })
        invited = (await listInvitations(tx, { roomId })).find((one) => one.email.toLowerCase() === address.toLowerCase())
        return undefined
      })
      if (invited === undefined) throw new Error('an invitation was not stored')
      return toInvitation(invited)
    },

    async listInvitations (roomId: string, userId: string): Promise<Invitation[]> {
      await rooms.findAs('own', roomId, userId)
      return (await listInvitations(db, { roomId })).map(toInvitation)
    },

    async withdrawInvitation (roomId: string, userId: string, invitationId: string): Promise<void> {
      await rooms.findAs('own', roomId, userId)
      if (!await deleteInvitation(db, invitationId, { roomId })) throw new PlenumError('not_found')
    },

    listOwnInvitations: async (user: User): Promise<Invitation[]> => (await listInvitations(db, { email: user.email })).map(toInvitation),

    async decline (user: User, invitationId: string): Promise<void> {
      if (!await deleteInvitation(db, invitationId, { email: user.email })) throw new PlenumError('not_found')
    },

    /** Throws not_found for an invitation of somebody else, and for one that was withdrawn. */
    async accept (user: User, invitationId: string): Promise<RoomSnapshot> {
      const invited = (await listInvitations(db, { email: user.email })).find(({ id }) => id === invitationId)
      if (invited === undefined) throw new PlenumError('not_found')
      return await rooms.change(invited.roomId, async ({ staff }, tx) => {
        if (!await takeInvitation(tx, invitationId, user)) throw new PlenumError('not_found')
        if (staff.ownerId === user.id) throw new PlenumError('conflict', { detail: 'This room is your own.' })
        return {}
      })
    },

    /** The token of a new presenter link; the one before stops working, and its screens lose what only hosts see within a second. */
    async renewPresenterLink (roomId: string, userId: string): Promise<{ token: string, code: string }> {
      const token = newPresenterToken()
      const { room } = await rooms.changeAs('edit', roomId, userId, () => ({ presenterHash: hashSecret(token) }))
      return { token, code: room.code }
    },

    async endPresenterLink (roomId: string, userId: string): Promise<void> {
      await rooms.changeAs('edit', roomId, userId, ({ staff }) => staff.presenterHash === null ? undefined : { presenterHash: null })
    }
  }
}

function toInvitation ({ createdAt, ...invitation }: InvitationRow): Invitation {
  return { ...invitation, createdAt: createdAt.toISOString() }
}
