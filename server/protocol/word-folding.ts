// Invisible wherever they are. Joiners and variation selectors are not among them: emoji and several scripts are written with them.
const invisible = /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff]|\u034f/g

/**
 * The form in which words are counted and compared: trimmed, without invisible characters, in the compatibility form NFKC and without case:
 * "Straße" is "STRASSE". Folding a folded word changes nothing.
 */
export function foldWord (word: string): string {
  return withoutCase(word.normalize('NFKC').replace(invisible, '')).normalize('NFKC').replace(/\s+/gu, ' ').trim()
}

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

/** Each word once, in the order of their characters. */
export function foldWords (words: readonly string[]): string[] {
  return Array.from(new Set(words.map(foldWord))).sort()
}

interface WordRules {
  stopWords?: string[]
  mergePlurals?: boolean
}

const stoppedBy = new WeakMap<WordRules, ReadonlySet<string>>()

/** What of these words counts in a poll: each once, in the singular where it says so, without those that it does not count, however they are written. */
export function countedWords (words: readonly string[], rules: WordRules): string[] {
  const stopped = stoppedOf(rules)
  return nameWords(words, rules.mergePlurals === true).filter((word) => !stopped.has(word))
}

/** Folded once for each poll's settings, which are only ever replaced: a hundred words take longer than all else that a vote needs. */
function stoppedOf (rules: WordRules): ReadonlySet<string> {
  let stopped = stoppedBy.get(rules)
  if (stopped === undefined) {
    stopped = new Set(nameWords(rules.stopWords ?? [], rules.mergePlurals === true))
    stoppedBy.set(rules, stopped)
  }
  return stopped
}

/** Each word by the name that it is counted under, once, in the order of their characters. */
export function nameWords (words: readonly string[], mergePlurals: boolean): string[] {
  const folded = foldWords(words)
  return mergePlurals ? Array.from(new Set(folded.map(toSingular))).sort() : folded
}

/**
 * Lower, upper and lower case again: each alone leaves some letters apart. The dotless i of Turkish is a letter of its own, which
 * upper case would turn into another word; its dotted capital is an i.
 */
function withoutCase (word: string): string {
  return word.split('ı').map((part) => part.toLowerCase().toUpperCase().toLowerCase()).join('ı').replace(/i\u0307+/g, 'i')
}
