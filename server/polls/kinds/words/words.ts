import { invalidField, PlenumError } from '../../../protocol/problem.ts'
import { hasAtMostGraphemes, hasSomethingToRead } from '../../../protocol/text.ts'
import { countedWords, foldWords, nameWords } from '../../../protocol/word-folding.ts'
import { checkCount, wrongForm } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { mostFrequent } from '../most-frequent.ts'

const maxWords = 5
const maxGraphemes = 50
// A bucket is a key of an index, and PostgreSQL takes no key above 2704 bytes.
const maxBytes = 2000

/** A few words; the same word counts once for each voter, and a stop word not at all. */
export const words: Kind = {
  optionLimits: null,
  ownSettings: ['moderation', 'stopWords', 'mergePlurals'],
  isOpenEnded: true,
  defaultChoices: () => ({ minChoices: 1, maxChoices: 3 }),
  refuseChoices ({ minChoices, maxChoices }) {
    if (minChoices > maxChoices) return 'minChoices must not be above maxChoices'
    return maxChoices > maxWords ? `a voter may give at most ${maxWords} words` : undefined
  },
  defineSettings: ({ moderation = 'post', stopWords = [], mergePlurals }) => ({
    moderation,
    ...(stopWords.length === 0 ? {} : { stopWords: foldWords(stopWords) }),
    ...(mergePlurals === undefined ? {} : { mergePlurals })
  }),

  normalize ({ words }, definition) {
    if (words === undefined) throw wrongForm('words')
    nameWords(words, definition.settings.mergePlurals === true).forEach(checkWord)
    const counted = countedWords(words, definition.settings)
    if (words.length > 0 && counted.length === 0) throw invalidField('/answer/words', 'has only words that this poll does not count')
    // Different words: what was stored counts again in the same way.
    checkCount(counted.length, definition)
    return { words: counted }
  },

  buckets: ({ words = [] }) => words,
  show: (buckets) => ({
    counts: mostFrequent(buckets),
    derived: { distinct: Array.from(buckets.values()).filter((count) => count > 0).length }
  })
}

/** One character may stand for twenty in the form that is counted. */
function checkWord (word: string): void {
  if (!hasSomethingToRead(word)) throw new PlenumError('option_invalid', { detail: 'A word must have something to read.' })
  if (!hasAtMostGraphemes(word, maxGraphemes) || Buffer.byteLength(word) > maxBytes) throw new PlenumError('option_invalid', { detail: 'This word is too long.' })
}
