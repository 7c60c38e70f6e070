import type { ComponentChildren } from 'preact'

/** Stands in a text where an element goes. */
export const slot = '\uFFFC'

/** A text with an element at its slot, wherever the language puts that. */
export function Around ({ text, children }: { text: string, children: ComponentChildren }) {
  const [before, after = ''] = text.split(slot)
  return <>{before}{children}{after}</>
}
