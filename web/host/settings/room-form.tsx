import type { QuestionsMode, Room, RoomAccess } from '../../../server/protocol/room.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { notify } from '../components/notices.tsx'
import { textOf } from '../form-values.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { Choice, chosenFrom, type Choices } from './choice.tsx'

const accesses: Choices<RoomAccess> = {
  open: { name: t('accessAnyDevice'), says: t('accessAnyDeviceStops') },
  codes: { name: t('accessByCode'), says: t('accessByCodeStops') },
  accounts: { name: t('accessByAccount'), says: t('accessByAccountStops') }
}

const modes: Choices<QuestionsMode> = {
  off: { name: t('questionsOff'), says: t('questionsOffSays') },
  post: { name: t('questionsPost'), says: t('questionsPostSays') },
  pre: { name: t('questionsPre'), says: t('questionsPreSays') }
}

/** The room's title, who may vote in it, and its questions. */
export function RoomForm ({ room, set }: { room: Room, set: (room: Room) => void }) {
  async function save (fields: FormData) {
    set(await client.rooms.edit(room.id, {
      title: textOf(fields, 'title').trim(),
      access: chosenFrom(accesses, textOf(fields, 'access')) ?? room.access,
      questionsMode: chosenFrom(modes, textOf(fields, 'questionsMode')) ?? room.questionsMode
    }))
    notify(t('saved'))
  }

  return (
    <section aria-labelledby='room-settings'>
      <h2 id='room-settings'>{t('roomSettings')}</h2>
      <Form send={save} submitText={t('save')}>
        <Field name='title' label={t('roomTitle')}>{(field) => <input {...field} required maxLength={300} defaultValue={room.title} />}</Field>
        <Choice name='access' legend={t('whoMayVote')} choices={accesses} chosen={room.access} />
        {room.access === 'codes' && <p><a href={`/host/rooms/${room.id}/people`}>{t('makeCodesThere')}</a></p>}
        <Choice name='questionsMode' legend={t('audienceQuestions')} choices={modes} chosen={room.questionsMode} />
      </Form>
    </section>
  )
}
