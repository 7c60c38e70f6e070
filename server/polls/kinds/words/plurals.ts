/**
 * A rule of thumb for English: "ies" after three letters or more is "y", "es" after ss, x, z, ch and sh goes, and so does another "s", but for
 * one after s, u or i ("class", "bus", "this"). What it makes of a word it leaves as it is. Irregular plurals are words of their own.
 */
export function toSingular (word: string): string {
  if (word.length < 4) return word
  if (/[a-z]{2}[a-z]ies$/.test(word)) return word.slice(0, -3) + 'y'
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return /[a-z][^\W\dsui_]s$/.test(word) ? word.slice(0, -1) : word
}
