import { useSignal } from '@preact/signals'
import { contrastOnPaper, leastContrast } from '../../../server/protocol/color.ts'
import type { Room } from '../../../server/protocol/room.ts'
import { pageLanguage } from '../../client/page-language.ts'
import { Field } from '../components/field.tsx'
import { Form } from '../components/form.tsx'
import { LinesField } from '../components/lines-field.tsx'
import { notify } from '../components/notices.tsx'
import { linesOf, textOf } from '../form-values.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'

/** The accent of base.css on white. */
const ownAccent = '#0072b2'
const oneDigit = new Intl.NumberFormat(pageLanguage, { maximumFractionDigits: 1, roundingMode: 'floor' })

/** The colour of the room's pages, and whose pages may show them. */
export function LookForm ({ room, set }: { room: Room, set: (room: Room) => void }) {
  const isOwn = useSignal(room.accent !== undefined)
  const accent = useSignal(room.accent ?? ownAccent)
  const contrast = contrastOnPaper(accent.value)

  async function save (fields: FormData) {
    set(await client.rooms.edit(room.id, {
      accent: isOwn.value ? accent.value : null,
      embedOrigins: linesOf(textOf(fields, 'embedOrigins'))
    }))
    notify(t('saved'))
  }

  return (
    <section aria-labelledby='look'>
      <h2 id='look'>{t('look')}</h2>
      <Form send={save} submitText={t('save')}>
        <label class='option'>
          <input type='checkbox' checked={isOwn.value} onChange={(event) => { isOwn.value = event.currentTarget.checked }} />
          <span>{t('ownColor')}</span>
        </label>
        {isOwn.value && (
          <Field name='accent' label={t('color')} hint={contrastText(contrast)}>
            {(field) => <input {...field} type='color' value={accent.value} onInput={(event) => { accent.value = event.currentTarget.value }} />}
          </Field>
        )}
        {isOwn.value && (
          <div class='swatches' aria-hidden='true' style={{ '--shown': accent.value }}>
            <span class='swatch on-light'><span /></span>
            <span class='swatch on-dark'><span /></span>
          </div>
        )}
        <LinesField name='embedOrigins' label={t('embedOrigins')} hint={t('embedOriginsRule')} lines={room.embedOrigins ?? []} rows={3} dir='ltr' />
      </Form>
    </section>
  )
}

function contrastText (contrast: number): string {
  const values = { contrast: oneDigit.format(contrast), least: leastContrast }
  return contrast < leastContrast ? t('contrastPoor', values) : t('contrastGood', values)
}
