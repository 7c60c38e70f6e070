import '../styles/host-rooms.css'
import { useLocation, useRoute } from 'preact-iso'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayEdit, mayRun } from './own-role.ts'
import { removeRoomLater } from './rooms/remove-room.ts'
import { BlockedWordsForm } from './settings/blocked-words.tsx'
import { LookForm } from './settings/look-form.tsx'
import { RoomForm } from './settings/room-form.tsx'
import { Webhooks } from './settings/webhooks.tsx'
import { t } from './text.ts'

export function SettingsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(framed) => <Settings {...framed} />}</RoomFrame>
}

function Settings ({ room, setRoom, role }: Framed) {
  const { route } = useLocation()

  function remove () {
    removeRoomLater(room)
    route('/host')
  }

  return (
    <>
      {!mayEdit(role) && <p class='note'>{t('settingsForEditors')}</p>}
      {mayEdit(role) && <RoomForm room={room} set={setRoom} />}
      {mayEdit(role) && <LookForm room={room} set={setRoom} />}
      {mayRun(role) && <BlockedWordsForm roomId={room.id} />}
      {role === 'owner' && <Webhooks roomId={room.id} />}
      {role === 'owner' && (
        <section aria-labelledby='delete-room'>
          <h2 id='delete-room'>{t('deleteRoom')}</h2>
          <p>{t('deleteRoomRule')}</p>
          <div class='actions'><button type='button' class='danger' onClick={remove}>{t('deleteRoom')}</button></div>
        </section>
      )}
    </>
  )
}
