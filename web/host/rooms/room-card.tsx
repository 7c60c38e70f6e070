import type { ListedRoom } from '../../../server/protocol/room.ts'
import { roleText } from '../components/role-select.tsx'
import { t } from '../text.ts'
import { removeRoomLater } from './remove-room.ts'

/** A room in the list: the ways to its pages, and what may be done with it. */
export function RoomCard ({ room }: { room: ListedRoom }) {
  const { id, title, code, role } = room

  return (
    <li class='card'>
      <a class='main' href={`/host/rooms/${id}`}>{title}</a>
      <span class='hint room-code'>{t('roomCode', { code })}</span>
      <span class='hint'>{roleText(role)}</span>
      <div class='actions'>
        <a class='button' href={`/host/rooms/${id}/stage`} aria-label={t('stageOf', { title })}>{t('tabStage')}</a>
        <a class='button' href={`/host/rooms/${id}/settings`} aria-label={t('settingsOf', { title })}>{t('tabSettings')}</a>
        {role === 'owner' && <button type='button' class='quiet' aria-label={t('deleteOf', { name: title })} onClick={() => { removeRoomLater(room) }}>{t('delete')}</button>}
      </div>
    </li>
  )
}
