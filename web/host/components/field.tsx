import type { ComponentChildren, InputHTMLAttributes } from 'preact'
import { useId } from 'preact/hooks'
import { useFieldErrors } from './form.tsx'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  name: string
  hint?: ComponentChildren
}

/** A labelled text field with what the server says of it. */
export function Field ({ label, name, hint, ...input }: FieldProps) {
  const id = useId()
  const errors = useFieldErrors(name)
  return (
    <div class='field'>
      <label for={id}>{label}</label>
      <input id={id} name={name} aria-invalid={errors.length > 0} aria-describedby={`${id}-hint`} {...input} />
      <p id={`${id}-hint`} class='hint'>{errors.length > 0 ? errors.map(({ detail }) => detail).join(' ') : hint}</p>
    </div>
  )
}
