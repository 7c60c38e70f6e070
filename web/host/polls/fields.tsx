import { Field } from '../components/field.tsx'
import { useFieldErrors, useLineErrors } from '../components/form.tsx'
import { wordsOf } from '../form-values.ts'
import { t } from '../text.ts'

interface TextFieldProps {
  name: string
  label: string
  hint?: string
  value: string
  set: (value: string) => void
  type?: 'text' | 'number' | 'datetime-local'
  isRequired?: boolean
  step?: string
  maxLength?: number
}

/** A line of text, a number or a time. */
export function TextField ({ name, label, hint, value, set, type = 'text', isRequired = false, step, maxLength = 1000 }: TextFieldProps) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(field) => {
        const shared = { ...field, value, required: isRequired, autocomplete: 'off', onInput: (event: Event & { currentTarget: HTMLInputElement }) => set(event.currentTarget.value) } as const
        if (type === 'number') return <input {...shared} type='number' step={step ?? '1'} />
        return type === 'text' ? <input {...shared} type='text' maxLength={maxLength} dir='auto' /> : <input {...shared} type='datetime-local' />
      }}
    </Field>
  )
}

/** Words, with what the server says of each. */
export function WordsField ({ name, label, hint, value, set }: Pick<TextFieldProps, 'name' | 'label' | 'value' | 'set'> & { hint: string }) {
  const words = wordsOf(value)
  const errors = useLineErrors(name).map(({ line, detail }) => t('wordError', { word: words[line - 1] ?? '', detail }))
  return (
    <Field name={name} label={label} hint={errors.length > 0 ? errors.join(' ') : hint}>
      {({ 'aria-invalid': isInvalid, ...field }) => (
        <textarea {...field} aria-invalid={isInvalid || errors.length > 0} rows={3} dir='auto' value={value} onInput={(event) => set(event.currentTarget.value)} />
      )}
    </Field>
  )
}

interface ChoiceFieldProps<T extends string> {
  name: string
  label: string
  value: T
  set: (value: T) => void
  choices: ReadonlyArray<readonly [value: T, name: string]>
}

export function ChoiceField<T extends string> ({ name, label, value, set, choices }: ChoiceFieldProps<T>) {
  return (
    <Field name={name} label={label}>
      {(field) => (
        <select
          {...field} value={value}
          onChange={(event) => {
            const chosen = choices.find(([one]) => one === event.currentTarget.value)
            if (chosen !== undefined) set(chosen[0])
          }}
        >
          {choices.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
        </select>
      )}
    </Field>
  )
}

export function CheckField ({ label, name, value, set }: { label: string, name: string, value: boolean, set: (value: boolean) => void }) {
  const errors = useFieldErrors(name)
  return (
    <div>
      <label class='option'>
        <input type='checkbox' name={name} checked={value} onChange={(event) => set(event.currentTarget.checked)} />
        <span>{label}</span>
      </label>
      {errors.length > 0 && <p class='alert'>{errors.map(({ detail }) => detail).join(' ')}</p>}
    </div>
  )
}
