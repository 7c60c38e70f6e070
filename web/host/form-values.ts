/** The text of a field; empty where there is none. */
export function textOf (fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

/** Words one a line or between commas, of whichever script. */
export function wordsOf (text: string): string[] {
  return linesOf(text.replace(/[,،、，]/g, '\n'))
}

/** The lines of a text area, without white space around them and without empty ones. */
export function linesOf (text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
}
