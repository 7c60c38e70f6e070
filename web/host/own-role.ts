import type { MemberRole, RoomMember } from '../../server/protocol/room.ts'
import { client, user } from './session.ts'
import { useLoad, type Loaded } from './use-load.ts'

export type Role = MemberRole | 'owner'

/** Who manages a room, its owner first. */
export function useMembers (roomId: string): Loaded<RoomMember[]> {
  return useLoad(async () => (await client.rooms.members(roomId)).items, [roomId])
}

/** What whoever is signed in may do in a room; undefined until it is known. */
export function ownRoleIn (members: readonly RoomMember[] | undefined): Role | undefined {
  return members?.find(({ userId }) => userId === user.value?.id)?.role
}

export function mayEdit (role: Role | undefined): boolean {
  return role === 'owner' || role === 'editor'
}

export function mayRun (role: Role | undefined): boolean {
  return mayEdit(role) || role === 'moderator'
}
