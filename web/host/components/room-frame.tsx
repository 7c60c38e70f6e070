import { useLocation } from 'preact-iso'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Room, RoomMember, RoomRole } from '../../../server/protocol/room.ts'
import type { LiveRoom } from '../../client/live-room.ts'
import { ownRoleIn, useMembers } from '../own-role.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLiveRoom } from '../use-live-room.ts'
import { useLoad } from '../use-load.ts'
import { usePageTitle } from '../use-page-title.ts'
import { Loading } from './loading.tsx'

const tabs = [
  ['', 'tabPolls'], ['/stage', 'tabStage'], ['/questions', 'tabQuestions'], ['/people', 'tabPeople'], ['/settings', 'tabSettings']
] as const

export interface Framed {
  room: Room
  /** Takes what a call has answered. */
  setRoom: (room: Room) => void
  members: readonly RoomMember[]
  reloadMembers: () => Promise<void>
  /** Of whoever is signed in. */
  role: RoomRole | undefined
  /** Absent until the page begins to follow the room. */
  liveRoom: LiveRoom | undefined
}

interface RoomFrameProps {
  roomId: string
  children: (framed: Framed) => ComponentChildren
}

/** A page about one room: its title, its code, and the ways to its other pages. What others change of it is there as it happens. */
export function RoomFrame ({ roomId, children }: RoomFrameProps) {
  const { path } = useLocation()
  const loaded = useLoad(() => client.rooms.read(roomId), [roomId])
  const members = useMembers(roomId)
  const room = loaded.data
  const live = useLiveRoom(room?.code)
  const told = live?.liveRoom.room.value?.revision
  usePageTitle(room?.title)

  useEffect(() => {
    if (told === undefined || room === undefined || told <= room.revision) return
    void loaded.reload()
    void members.reload()
  }, [told, room?.revision])

  if (room === undefined) return <main class='host-page'><Loading of={loaded} /></main>
  return (
    <main class='host-page'>
      <header class='room-title'>
        <h1 tabIndex={-1}>{room.title}</h1>
        <p class='room-code'>{t('roomCode', { code: room.code })}</p>
        <p class='actions'>
          <a class='button' href={`/present/${room.code}`} target='_blank' rel='noopener'>{t('openProjector')}</a>
          <a class='button' href={`/j/${room.code}`} target='_blank' rel='noopener'>{t('openPhone')}</a>
        </p>
      </header>
      <nav class='tabs' aria-label={room.title}>
        {tabs.map(([place, name]) => {
          const href = `/host/rooms/${roomId}${place}`
          return <a key={place} href={href} aria-current={path === href ? 'page' : undefined}>{t(name)}</a>
        })}
      </nav>
      {live?.connection.state.value === 'lost' && <p class='banner' role='alert'>{t('connectionLost')}</p>}
      {members.data === undefined
        ? <Loading of={members} />
        : children({
          room, setRoom: loaded.set, members: members.data, reloadMembers: members.reload, role: ownRoleIn(members.data), liveRoom: live?.liveRoom
        })}
    </main>
  )
}
