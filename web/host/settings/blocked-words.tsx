import { Form } from '../components/form.tsx'
import { LinesField } from '../components/lines-field.tsx'
import { Loading } from '../components/loading.tsx'
import { notify } from '../components/notices.tsx'
import { linesOf, textOf } from '../form-values.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'

/** Words that hold what people write for review. */
export function BlockedWordsForm ({ roomId }: { roomId: string }) {
  const blocked = useLoad(() => client.rooms.blockedWords(roomId), [roomId])

  async function save (fields: FormData) {
    blocked.set(await client.rooms.setBlockedWords(roomId, linesOf(textOf(fields, 'words'))))
    notify(t('saved'))
  }

  return (
    <section aria-labelledby='blocked-words'>
      <h2 id='blocked-words'>{t('blockedWords')}</h2>
      {blocked.data === undefined
        ? <Loading of={blocked} />
        : (
          <Form send={save} submitText={t('save')}>
            <LinesField name='words' label={t('blockedWordsEach')} hint={t('blockedWordsRule')} lines={blocked.data.words} rows={5} />
          </Form>
          )}
    </section>
  )
}
