import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { WordCount } from '../../../client/word-counts.ts'
import { createCloudLayout, font, height, width, type PlacedWord } from './cloud-layout.ts'

const maxWords = 80
const paletteSize = 7

/** To look at only: the table beside it has the figures. */
export function WordCloud ({ words }: { words: WordCount[] }) {
  const placed = useSignal<PlacedWord[]>([])
  const shown = words.slice(0, maxWords)
  const key = JSON.stringify(shown)

  const layout = useMemo(() => createCloudLayout((result) => { placed.value = result }), [])

  useEffect(() => { layout.take(shown) }, [key])
  useEffect(() => layout.stop, [])

  return (
    <svg class='cloud' viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`} aria-hidden='true' font-family={font} font-weight='700' text-anchor='middle'>
      {placed.value.map(({ text, size, x, y }) => (
        <text key={text} class={`cloud-word word-${colorOf(text)}`} style={{ transform: `translate(${x}px, ${y}px)`, fontSize: `${size}px` }}>{text}</text>
      ))}
    </svg>
  )
}

/** A word keeps its colour whatever its place. */
function colorOf (word: string): number {
  return Array.from(word).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % paletteSize
}
