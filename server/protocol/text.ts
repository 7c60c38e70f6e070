import { Type } from 'typebox'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

// Control characters (NUL among them: PostgreSQL cannot store it), lone surrogates, and the characters that reorder the text around them.
const refused = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
// What leaves nothing to see or to press: white space and invisible format characters.
const blank = /^[\p{White_Space}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]*$/u

/** False for white space and invisible characters alone. */
export function hasSomethingToRead (text: string): boolean {
  return !blank.test(text)
}

/** True when `text` has at most `limit` grapheme clusters (what a reader counts as characters). */
export function hasAtMostGraphemes (text: string, limit: number): boolean {
  if (text.length <= limit) return true
  const segments = graphemes.segment(text)[Symbol.iterator]()
  for (let count = 0; count <= limit; count++) {
    if (segments.next().done === true) return true
  }
  return false
}

/** One line of text for people: 1 to `limit` grapheme clusters, something to see, no control characters or bidi overrides. */
export function TextLine (limit: number, description: string) {
  const text = Type.String({ minLength: 1, maxLength: limit * 20, description: `${description} 1 to ${limit} characters.` })
  const isClean = (value: string) => !refused.test(value)
  return Type.Refine(
    Type.Refine(
      Type.Refine(text, isClean, () => 'must not have control characters or direction overrides'),
      hasSomethingToRead, () => 'must have something to read'),
    (value) => hasAtMostGraphemes(value, limit), () => `must have at most ${limit} characters`)
}
