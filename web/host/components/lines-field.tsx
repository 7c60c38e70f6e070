import { t } from '../text.ts'
import { Field } from './field.tsx'
import { useLineErrors } from './form.tsx'

interface LinesFieldProps {
  label: string
  /** The place of the list in what is sent. */
  name: string
  hint: string
  lines: readonly string[]
  rows: number
  /** Addresses are written from left to right in every language. */
  dir?: 'ltr'
}

/** A list of texts, one a line, with what the server says of each. */
export function LinesField ({ label, name, hint, lines, rows, dir }: LinesFieldProps) {
  const errors = useLineErrors(name)
  return (
    <Field name={name} label={label} hint={errors.length === 0 ? hint : errors.map(({ line, detail }) => t('lineError', { line, detail })).join(' ')}>
      {({ 'aria-invalid': isInvalid, ...field }) => (
        // Anew when other lines are stored: what was typed may have been stored in another form.
        <textarea key={lines.join('\n')} {...field} aria-invalid={isInvalid || errors.length > 0} rows={rows} dir={dir} spellcheck={false} defaultValue={lines.join('\n')} />
      )}
    </Field>
  )
}
