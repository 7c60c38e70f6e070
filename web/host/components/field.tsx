import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useFieldErrors } from './form.tsx'

interface FieldProps {
  label: string
  /** The place of the value in what is sent, as `options/0/label`. */
  name: string
  hint?: ComponentChildren
  /** The input, select or textarea, with these attributes. */
  children: (attributes: { id: string, name: string, 'aria-invalid': boolean, 'aria-describedby': string }) => ComponentChildren
}

/** A labelled control with what the server says of it. */
export function Field ({ label, name, hint, children }: FieldProps) {
  const id = useId()
  const errors = useFieldErrors(name)
  return (
    <div class='field'>
      <label for={id}>{label}</label>
      {children({ id, name, 'aria-invalid': errors.length > 0, 'aria-describedby': `${id}-hint` })}
      <p id={`${id}-hint`} class='hint'>{errors.length > 0 ? errors.map(({ detail }) => detail).join(' ') : hint}</p>
    </div>
  )
}
