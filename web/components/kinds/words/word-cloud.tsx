import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import layoutCloud from 'd3-cloud'
import type { WordCount } from '../../../client/word-counts.ts'

// Units of the drawing, which is scaled to its place.
const width = 1000
const height = 620
const smallest = 22
const greatest = 130
const shrinkage = 0.85
const maxWords = 80
const paletteSize = 7
const font = 'system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif'
/** Words move at most this often: they are to be read. */
const layoutIntervalMs = 1000

interface PlacedWord {
  text: string
  size: number
  x: number
  y: number
}

/** To look at only: the table beside it has the figures. */
export function WordCloud ({ words }: { words: WordCount[] }) {
  const placed = useSignal<PlacedWord[]>([])
  const shown = words.slice(0, maxWords)
  const key = JSON.stringify(shown)

  useEffect(() => {
    let layout: { stop: () => void } | undefined
    const timer = setTimeout(() => { layout = place(shown, (result) => { placed.value = result }) }, placed.value.length === 0 ? 0 : layoutIntervalMs)
    return () => {
      clearTimeout(timer)
      layout?.stop()
    }
  }, [key])

  return (
    <svg class='cloud' viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`} aria-hidden='true' font-family={font} font-weight='700' text-anchor='middle'>
      {placed.value.map(({ text, size, x, y }) => (
        <text key={text} class={`cloud-word word-${colorOf(text)}`} style={{ transform: `translate(${x}px, ${y}px)`, fontSize: `${size}px` }}>{text}</text>
      ))}
    </svg>
  )
}

/** Places all words, in a smaller size where they do not fit; of very many, the most frequent. */
function place (words: WordCount[], done: (placed: PlacedWord[]) => void) {
  const most = words[0]?.count ?? 1
  let layout: { stop: () => void } | undefined

  function layOut (size: number) {
    const made = layoutCloud<PlacedWord>()
      .size([width, height])
      // By area: a word that twice as many gave looks twice as large.
      .words(words.map(({ word, count }) => ({ text: word, size: Math.max(smallest, size * Math.sqrt(count / most)), x: 0, y: 0 })))
      .font(font).fontWeight(700).fontSize(({ size }) => size).rotate(0).padding(6)
      // Always the same way, so that a word moves little from one layout to the next.
      .random(() => 0.5)
      .timeInterval(20)
      .on('end', (placed) => {
        const smaller = size * shrinkage
        if (placed.length < words.length && smaller > 2 * smallest) layOut(smaller)
        else done(placed.map(({ text, size, x, y }) => ({ text, size, x, y })))
      })
    // Kept before it starts: a short layout ends within the call, and the next one takes its place.
    layout = made
    made.start()
  }

  layOut(greatest)
  return { stop: () => { layout?.stop() } }
}

/** A word keeps its colour whatever its place. */
function colorOf (word: string): number {
  return Array.from(word).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % paletteSize
}
