/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }
}

/** What a template takes: text is escaped, HTML is not, and nothing is nothing. */
type Part = Html | readonly Html[] | string | number | undefined

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML with every value escaped. Values stand between tags or in quoted attributes, never elsewhere. */
export function html (strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((piece, at) => piece + textOf(parts[at])).join(''))
}

/** An attribute without a value, or nothing. */
export function flag (name: 'checked' | 'selected' | 'disabled' | 'required', isSet: boolean): Html {
  return new Html(isSet ? ` ${name}` : '')
}

function textOf (part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return String(part).replace(/[&<>"']/g, (letter) => escapes[letter] ?? '')
}
