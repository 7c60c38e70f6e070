import type { Messages, Plural, Translation } from './message.ts'

const accented: Readonly<Record<string, string>> = {
  a: 'á', c: 'ç', d: 'ð', e: 'é', g: 'ĝ', h: 'ĥ', i: 'í', k: 'ķ', l: 'ļ', n: 'ñ', o: 'ó', r: 'ŕ', s: 'š', t: 'ţ', u: 'ú', w: 'ŵ', y: 'ý', z: 'ž'
}

/** A catalogue whose texts are longer by a third, in brackets and with accents, and can still be read. */
export function pseudoTranslate<M extends Messages> (messages: M): Translation<M> {
  // The keys stay, and each text stays what it was: a text, or one with plurals.
  return Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, typeof message === 'string' ? accent(message) : accentEach(message)])) as Translation<M>
}

function accentEach (message: Plural): Plural {
  return { ...Object.fromEntries(Object.entries(message).map(([category, text]) => [category, accent(text)])), other: accent(message.other) }
}

function accent (text: string): string {
  const letters = text.split(/(\{\w+\})/).map((part) => part.startsWith('{') ? part : part.replace(/[a-z]/g, (letter) => accented[letter] ?? letter))
  return `[${letters.join('')}${' ·'.repeat(Math.ceil(text.length / 6))}]`
}
