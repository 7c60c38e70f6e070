import type { Poll, Results } from '../protocol/poll.ts'

const texts = new WeakMap<Poll | Results, string>()

/** The JSON text of a body from the board, made once per version and shared by every transport: such bodies never change. */
export function jsonOf (body: Poll | Results): string {
  let text = texts.get(body)
  if (text === undefined) {
    text = JSON.stringify(body)
    texts.set(body, text)
  }
  return text
}
