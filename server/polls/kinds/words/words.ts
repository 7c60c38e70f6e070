import { checkCount, wrongForm } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { mostFrequent } from '../most-frequent.ts'

const maxWords = 5

/** A few words; the same word counts once for each voter. */
export const words: Kind = {
  optionLimits: null,
  ownSettings: ['moderation'],
  isOpenEnded: true,
  defaultChoices: () => ({ minChoices: 1, maxChoices: 3 }),
  refuseChoices ({ minChoices, maxChoices }) {
    if (minChoices > maxChoices) return 'minChoices must not be above maxChoices'
    return maxChoices > maxWords ? `a voter may give at most ${maxWords} words` : undefined
  },
  defineSettings: ({ moderation = 'post' }) => ({ moderation }),

  normalize ({ words }, definition) {
    if (words === undefined) throw wrongForm('words')
    checkCount(words.length, definition)
    return { words: Array.from(new Set(words.map(foldWord))).sort() }
  },

  buckets: ({ words = [] }) => words,
  show: (buckets) => ({
    counts: mostFrequent(buckets),
    derived: { distinct: Array.from(buckets.values()).filter((count) => count > 0).length }
  })
}

/** Trimmed, in the compatibility form NFKC and without case, which upper case and back gives: "Straße" is "STRASSE". */
export function foldWord (word: string): string {
  return word.normalize('NFKC').replace(/\s+/gu, ' ').trim().toUpperCase().toLowerCase().normalize('NFKC')
}
