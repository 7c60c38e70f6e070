import '../styles/host-rooms.css'
import { useLocation } from 'preact-iso'
import { Field } from './components/field.tsx'
import { Form } from './components/form.tsx'
import { Loading } from './components/loading.tsx'
import { MoreButton } from './components/more-button.tsx'
import { textOf } from './form-values.ts'
import { isLeaving } from './removal.ts'
import { OwnInvitations } from './rooms/own-invitations.tsx'
import { RoomCard } from './rooms/room-card.tsx'
import { client } from './session.ts'
import { t } from './text.ts'
import { usePages } from './use-pages.ts'
import { usePageTitle } from './use-page-title.ts'

export function RoomsPage () {
  const { route } = useLocation()
  const rooms = usePages((cursor) => client.rooms.list(cursor === undefined ? {} : { cursor }), [])
  const shown = rooms.data?.items.filter(({ id }) => !isLeaving(id)) ?? []
  usePageTitle(t('rooms'))

  async function create (fields: FormData) {
    const { id } = await client.rooms.create({ title: textOf(fields, 'title').trim() })
    route(`/host/rooms/${id}`)
  }

  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('rooms')}</h1>
      <OwnInvitations />
      {rooms.data === undefined
        ? <Loading of={rooms} />
        : (
          <>
            {shown.length === 0 && <p class='hint'>{t('noRooms')}</p>}
            <ul class='cards'>{shown.map((room) => <RoomCard key={room.id} room={room} />)}</ul>
            <MoreButton of={rooms} />
          </>
          )}
      <section aria-labelledby='new-room'>
        <h2 id='new-room'>{t('newRoom')}</h2>
        <Form send={create} submitText={t('create')}>
          <Field name='title' label={t('roomTitle')}>{(field) => <input {...field} required maxLength={300} />}</Field>
        </Form>
      </section>
    </main>
  )
}
