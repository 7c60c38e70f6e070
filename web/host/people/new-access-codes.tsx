import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Room } from '../../../server/protocol/room.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { textOf } from '../form-values.ts'
import { explainFull } from '../refusals.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'

const forms = { csv: 'text/csv', html: 'text/html' } as const

interface Made { form: keyof typeof forms, url: string, count: number }

/** Makes codes, which are in the file that comes back and nowhere else. */
export function NewAccessCodesForm ({ room, reload }: { room: Room, reload: () => Promise<void> }) {
  const made = useSignal<Made | undefined>(undefined)
  const discard = () => {
    if (made.value !== undefined) URL.revokeObjectURL(made.value.url)
  }
  useEffect(() => discard, [])

  async function make (fields: FormData) {
    const form = textOf(fields, 'form') === 'csv' ? 'csv' : 'html'
    const count = Number(textOf(fields, 'count'))
    const response = await client.rooms.createCodes(room.id, count, forms[form])
    const blob = new Blob([await response.arrayBuffer()], { type: `${forms[form]};charset=utf-8` })
    discard()
    made.value = { form, count, url: URL.createObjectURL(blob) }
    await reload()
  }

  return (
    <>
      <Form send={make} submitText={t('makeCodes')} explain={explainFull(t('tooManyCodes'))}>
        <Field name='count' label={t('codeCount')} hint={t('codeCountRule')}>{(field) => <input {...field} type='number' min={1} max={5000} step={1} required value={20} />}</Field>
        <fieldset class='choices'>
          <legend>{t('codeForm')}</legend>
          <label class='option'><input type='radio' name='form' value='html' defaultChecked /><span>{t('codeSheet')}</span></label>
          <label class='option'><input type='radio' name='form' value='csv' /><span>{t('codeFile')}</span></label>
        </fieldset>
      </Form>
      <div role='status'>
        {made.value !== undefined && (
          <div class='note secret'>
            <p>{t('codesMade', { count: made.value.count })}</p>
            <p class='hint'>{t('shownOnce')}</p>
            {made.value.form === 'csv'
              ? <a class='button primary' href={made.value.url} download={`codes-${room.code}.csv`}>{t('downloadCodes')}</a>
              : <a class='button primary' href={made.value.url} target='_blank' rel='noopener'>{t('openCodeSheet')}</a>}
          </div>
        )}
      </div>
    </>
  )
}
