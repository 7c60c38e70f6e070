import { useLocation } from 'preact-iso'
import { Field } from './components/field.tsx'
import { Form } from './components/form.tsx'
import { Loading } from './components/loading.tsx'
import { MoreButton } from './components/more-button.tsx'
import { textOf } from './form-values.ts'
import { client } from './session.ts'
import { t } from './text.ts'
import { usePages } from './use-pages.ts'
import { usePageTitle } from './use-page-title.ts'

export function RoomsPage () {
  const { route } = useLocation()
  const rooms = usePages((cursor) => client.rooms.list(cursor === undefined ? {} : { cursor }), [])
  usePageTitle(t('rooms'))

  async function create (fields: FormData) {
    const { id } = await client.rooms.create({ title: textOf(fields, 'title').trim() })
    route(`/host/rooms/${id}`)
  }

  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('rooms')}</h1>
      {rooms.data === undefined
        ? <Loading of={rooms} />
        : (
          <>
            {rooms.data.items.length === 0 && <p class='hint'>{t('noRooms')}</p>}
            <ul class='cards'>
              {rooms.data.items.map(({ id, title, code }) => (
                <li key={id} class='card'>
                  <a href={`/host/rooms/${id}`}>{title}</a>
                  <span class='hint'>{t('roomCode', { code })}</span>
                </li>
              ))}
            </ul>
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
