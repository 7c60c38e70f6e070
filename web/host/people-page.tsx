import '../styles/host-rooms.css'
import { useRoute } from 'preact-iso'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayEdit, mayRun } from './own-role.ts'
import { AccessCodes } from './people/access-codes.tsx'
import { BannedVoters } from './people/banned-voters.tsx'
import { Invitations } from './people/invitations.tsx'
import { Members } from './people/members.tsx'
import { PresenterLinkSection } from './people/presenter-link.tsx'

/** Who manages a room, who may vote in it, and who may not. */
export function PeoplePage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(framed) => <People {...framed} />}</RoomFrame>
}

function People ({ room, members, reloadMembers, role }: Framed) {
  return (
    <>
      <Members room={room} members={members} isOwner={role === 'owner'} reload={reloadMembers} />
      {role === 'owner' && <Invitations roomId={room.id} />}
      {mayEdit(role) && <PresenterLinkSection roomId={room.id} />}
      {room.access === 'codes' && <AccessCodes room={room} mayMake={mayEdit(role)} />}
      <BannedVoters roomId={room.id} mayUnban={mayRun(role)} />
    </>
  )
}
