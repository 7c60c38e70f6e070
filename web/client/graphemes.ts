const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : undefined

/** What a reader counts as characters; code points where the browser cannot tell. */
export function countGraphemes (text: string): number {
  return segmenter === undefined ? Array.from(text).length : Array.from(segmenter.segment(text)).length
}
