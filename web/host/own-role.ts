import type { RoomMember, RoomRole } from '../../server/protocol/room.ts'
import { client, user } from './session.ts'
import { useLoad, type Loaded } from './use-load.ts'

/** Who manages a room, its owner first. */
export function useMembers (roomId: string): Loaded<RoomMember[]> {
  return useLoad(async () => (await client.rooms.members(roomId)).items, [roomId])
}

/** What whoever is signed in may do in a room; undefined until it is known. */
export function ownRoleIn (members: readonly RoomMember[] | undefined): RoomRole | undefined {
  return members?.find(({ userId }) => userId === user.value?.id)?.role
}

export function mayEdit (role: RoomRole | undefined): boolean {
  return role === 'owner' || role === 'editor'
}

export function mayRun (role: RoomRole | undefined): boolean {
  return mayEdit(role) || role === 'moderator'
}
