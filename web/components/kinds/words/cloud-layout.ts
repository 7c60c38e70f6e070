import layoutCloud from 'd3-cloud'
import type { WordCount } from '../../../client/word-counts.ts'

// Units of the drawing, which is scaled to its place.
export const width = 1000
export const height = 620
export const font = 'system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif'
const smallest = 22
const greatest = 130
const shrinkage = 0.85
/** Words move at most this often: they are to be read. */
const layoutIntervalMs = 1000

export interface PlacedWord {
  text: string
  size: number
  x: number
  y: number
}

/**
 * Lays out the newest words that it was given: the first at once, then at most one layout each second and never two at a time, however
 * fast words come in.
 */
export function createCloudLayout (show: (placed: PlacedWord[]) => void) {
  let newest: WordCount[] | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: { stop: () => void } | undefined
  let isBusy = false

  function layOutNewest () {
    timer = undefined
    if (newest === undefined) return
    const words = newest
    newest = undefined
    isBusy = true
    running = place(words, (placed) => {
      isBusy = false
      timer = setTimeout(layOutNewest, layoutIntervalMs)
      show(placed)
    })
  }

  return {
    take (words: WordCount[]) {
      newest = words
      if (timer === undefined && !isBusy) layOutNewest()
    },
    stop () {
      clearTimeout(timer)
      running?.stop()
    }
  }
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
