// Invisible wherever they are. Joiners and variation selectors are not among them: emoji and several scripts are written with them.
const invisible = /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff]|\u034f/g

/**
 * The form in which words are counted and compared: trimmed, without invisible characters, in the compatibility form NFKC and without case:
 * "Straße" is "STRASSE". Folding a folded word changes nothing.
 */
export function foldWord (word: string): string {
  return withoutCase(word.normalize('NFKC').replace(invisible, '')).normalize('NFKC').replace(/\s+/gu, ' ').trim()
}

/** Each word once, in the order of their characters. */
export function foldWords (words: readonly string[]): string[] {
  return Array.from(new Set(words.map(foldWord))).sort()
}

/**
 * Lower, upper and lower case again: each alone leaves some letters apart. The dotless i of Turkish is a letter of its own, which
 * upper case would turn into another word; its dotted capital is an i.
 */
function withoutCase (word: string): string {
  return word.split('ı').map((part) => part.toLowerCase().toUpperCase().toLowerCase()).join('ı').replace(/i\u0307+/g, 'i')
}
