import { useSignal } from '@preact/signals'
import { createContext, type ComponentChildren } from 'preact'
import { useContext, useRef } from 'preact/hooks'
import { PlenumError, type FieldError } from '../../../server/protocol/problem.ts'
import { problemText } from '../problem-text.ts'
import { noteSignedOut } from '../session.ts'

const FieldErrors = createContext<readonly FieldError[]>([])

interface FormProps {
  /** Sends what is filled in. What it throws is shown, at its field where the server names one. */
  send: (fields: FormData, form: HTMLFormElement) => Promise<void>
  submitText: string
  /** Words for refusals that mean something else here. */
  explain?: (error: unknown) => string | undefined
  /** More buttons, beside the one that sends. */
  actions?: ComponentChildren
  class?: string
  children: ComponentChildren
}

/** A form that is sent by script, once at a time, and keeps what was typed when it is refused. */
export function Form ({ send, submitText, explain = () => undefined, actions, class: className = 'stack', children }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  const isSending = useSignal(false)
  const alert = useSignal('')
  const errors = useSignal<readonly FieldError[]>([])

  async function submit (event: SubmitEvent) {
    event.preventDefault()
    if (form.current === null || isSending.value) return
    isSending.value = true
    alert.value = ''
    errors.value = []
    try {
      await send(new FormData(form.current), form.current)
    } catch (error) {
      noteSignedOut(error)
      alert.value = explain(error) ?? problemText(error)
      errors.value = error instanceof PlenumError ? error.errors ?? [] : []
      const [first] = errors.value
      if (first !== undefined) form.current.querySelector<HTMLElement>(`[name="${nameOf(first)}"]`)?.focus()
    } finally {
      isSending.value = false
    }
  }

  return (
    <form ref={form} class={className} onSubmit={(event) => { void submit(event) }}>
      <FieldErrors.Provider value={errors.value}>{children}</FieldErrors.Provider>
      <p class='alert' role='alert'>{alert}</p>
      <div class='actions'>
        <button type='submit' class='primary' aria-disabled={isSending.value}>{submitText}</button>
        {actions}
      </div>
    </form>
  )
}

/** What the server says of a field, by the field's name. */
export function useFieldErrors (name: string): FieldError[] {
  return useContext(FieldErrors).filter((error) => nameOf(error) === name)
}

/** What the server says of the lines of a field that holds a list, counted from 1. */
export function useLineErrors (name: string): Array<{ line: number, detail: string }> {
  return useContext(FieldErrors).flatMap((error) => {
    const place = nameOf(error)
    return place.startsWith(`${name}/`) ? [{ line: Number(place.slice(name.length + 1)) + 1, detail: error.detail }] : []
  })
}

/** A field has the name of its place in the body: `options/0/label` is `/options/0/label`. */
function nameOf ({ pointer }: FieldError): string {
  return pointer.replace(/^\//, '')
}
