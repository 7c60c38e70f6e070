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
