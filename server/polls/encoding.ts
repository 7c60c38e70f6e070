const texts = new WeakMap<object, string>()

/** The JSON text of a body that many get and nobody changes, made once: polls and results from the board, receipts of a batch. */
export function jsonOf (body: object): string {
  let text = texts.get(body)
  if (text === undefined) {
    text = JSON.stringify(body)
    texts.set(body, text)
  }
  return text
}
