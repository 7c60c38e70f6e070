import { useLocation } from 'preact-iso'
import type { ComponentChildren } from 'preact'
import type { Room } from '../../../server/protocol/room.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad, type Loaded } from '../use-load.ts'
import { usePageTitle } from '../use-page-title.ts'
import { Loading } from './loading.tsx'

const tabs = [
  ['', 'tabPolls'], ['/stage', 'tabStage'], ['/questions', 'tabQuestions'], ['/people', 'tabPeople'], ['/settings', 'tabSettings']
] as const

interface RoomFrameProps {
  roomId: string
  children: (room: Room, loaded: Loaded<Room>) => ComponentChildren
}

/** A page about one room: its title, its code, and the ways to its other pages. */
export function RoomFrame ({ roomId, children }: RoomFrameProps) {
  const { path } = useLocation()
  const loaded = useLoad(() => client.rooms.read(roomId), [roomId])
  const room = loaded.data
  usePageTitle(room?.title)

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
      {children(room, loaded)}
    </main>
  )
}
