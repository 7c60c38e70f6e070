import type { Poll } from '../../server/protocol/poll.ts'
import type { BallotDrafts } from './ballot-drafts.ts'
import type { Draft } from './draft.ts'
import type { RoomView } from './live-room.ts'

/** The room as the server drew it with the page: nobody has to wait for the socket to see the question. Null where it gave none. */
export function readFirstView (root: Element): RoomView | null {
  const text = root.querySelector<HTMLElement>('[data-view]')?.dataset.view
  return text === undefined ? null : JSON.parse(text)
}

/** What was filled in while the script was on its way. */
export function keepFilledIn (root: Element, poll: Poll | undefined, drafts: BallotDrafts): void {
  const form = root.querySelector('form')
  if (form === null || poll === undefined) return
  const filledIn = draftOfForm(form)
  form.reset()
  if (JSON.stringify(filledIn) !== JSON.stringify(draftOfForm(form))) drafts.set(poll, filledIn)
}

/**
 * Which field has the focus, and the caret in it. The function that is returned gives both to the same field of the form that has taken its
 * place, or the focus to `otherwise`.
 */
export function keepFocus (root: Element, otherwise: string): () => void {
  const fields = () => Array.from(root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('form :is(input:not([type=hidden]), textarea)'))
  const active = document.activeElement
  if (active?.closest('form') == null || !root.contains(active)) return () => {}
  const at = fields().findIndex((field) => field === active)
  const caret = fields()[at]?.selectionStart ?? null
  return () => {
    const field = fields()[at]
    const isSameKind = field?.matches(active.tagName) === true
    if (!isSameKind) return root.querySelector<HTMLElement>(otherwise)?.focus()
    field.focus()
    if (caret !== null) field.setSelectionRange(caret, caret)
  }
}

/** The fields are those of `server/http/plain/ballot-fields.ts`. */
function draftOfForm (form: HTMLFormElement): Draft {
  const fields = new FormData(form)
  const textsOf = (name: string) => fields.getAll(name).map(String)
  const [value] = textsOf('value')
  const [text] = textsOf('text')
  const choices = textsOf('choice').filter((choice) => choice !== '').map(Number)
  const words = textsOf('word')
  return {
    ...(choices.length === 0 ? {} : { choices }),
    ...(value === undefined ? {} : { value }),
    ...(text === undefined ? {} : { text }),
    ...(words.length === 0 ? {} : { words })
  }
}
