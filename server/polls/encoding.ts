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

/** Makes the text of a body that only one gets, in which these fields are bodies that many get: their text is made once. */
export function keepJson (body: object, shared: Record<string, object | null>): void {
  const fields = Object.entries(body).map(([key, value]) => {
    const one = shared[key]
    return `${JSON.stringify(key)}:${one === undefined || one === null ? JSON.stringify(value) : jsonOf(one)}`
  })
  texts.set(body, `{${fields.join(',')}}`)
}
