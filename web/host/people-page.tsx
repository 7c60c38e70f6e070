import '../styles/host-rooms.css'
import { useRoute } from 'preact-iso'
import type { Room } from '../../server/protocol/room.ts'
import { Loading } from './components/loading.tsx'
import { RoomFrame } from './components/room-frame.tsx'
import { mayEdit, mayRun, ownRoleIn, useMembers } from './own-role.ts'
import { AccessCodes } from './people/access-codes.tsx'
import { BannedVoters } from './people/banned-voters.tsx'
import { Invitations } from './people/invitations.tsx'
import { Members } from './people/members.tsx'
import { PresenterLinkSection } from './people/presenter-link.tsx'

/** Who manages a room, who may vote in it, and who may not. */
export function PeoplePage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(room) => <People room={room} />}</RoomFrame>
}

function People ({ room }: { room: Room }) {
  const members = useMembers(room.id)
  const role = ownRoleIn(members.data)
  if (members.data === undefined) return <Loading of={members} />
  return (
    <>
      <Members room={room} members={members.data} isOwner={role === 'owner'} reload={members.reload} />
      {role === 'owner' && <Invitations roomId={room.id} />}
      {mayEdit(role) && <PresenterLinkSection roomId={room.id} />}
      {room.access === 'codes' && <AccessCodes room={room} mayMake={mayEdit(role)} />}
      <BannedVoters roomId={room.id} mayUnban={mayRun(role)} />
    </>
  )
}
