import type { Answer, Poll } from '../../server/protocol/poll.ts'

const someWords = ['tea', 'coffee', 'water', 'juice', 'milk', 'soup', 'cocoa', 'lemonade']
const someTexts = ['Yes, please.', 'Later.', 'Not in this room.', 'Ask again tomorrow.', 'With more time, yes.']
// Where a range leaves a side open.
const openRangeWidth = 100

/** One that can count, with a taste for the first options, words and low numbers so that there is a winner. */
export function chooseAnswer (poll: Poll): Answer {
  const { kind, options, minChoices, maxChoices, scale, range } = poll
  const size = minChoices + Math.floor(Math.random() * (maxChoices - minChoices + 1))
  switch (kind) {
    case 'single': return { choices: pickByTaste(options, 1).map(({ id }) => id) }
    case 'multiple':
    case 'ranking': return { choices: pickByTaste(options, size).map(({ id }) => id) }
    case 'rating': return { value: pickBetween(scale?.min ?? 1, scale?.max ?? 5, 1) }
    case 'number': {
      const min = range?.min ?? Math.min(0, (range?.max ?? 0) - openRangeWidth)
      return { value: pickBetween(min, range?.max ?? min + openRangeWidth, range?.step ?? 1) }
    }
    case 'text': return { text: pickByTaste(someTexts, 1).join('') }
    case 'words': return { words: pickByTaste(someWords, size) }
    default: return kind satisfies never
  }
}

function pickByTaste<T> (from: readonly T[], size: number): T[] {
  const byTaste = from.map((one, at) => ({ one, weight: Math.random() / (at + 2) })).sort((a, b) => b.weight - a.weight)
  return byTaste.slice(0, size).map(({ one }) => one)
}

/** The square makes low numbers the more frequent ones. */
function pickBetween (min: number, max: number, step: number): number {
  return min + Math.floor(Math.random() ** 2 * (Math.floor((max - min) / step) + 1)) * step
}
