import {
  englishDataset, englishRecommendedTransformers, parseRawPattern, RegExpMatcher, resolveConfusablesTransformer, resolveLeetSpeakTransformer, toAsciiLowerCaseTransformer
} from 'obscenity'
import { foldWord } from '../polls/kinds/words/words.ts'
import type { Answer, Poll } from '../protocol/poll.ts'
import { invalidField } from '../protocol/problem.ts'
import type { Staff } from '../rooms/staff.ts'

/** Coarse words, also when they are written with letters that look alike; innocent words that have one inside pass. */
const coarse = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers })
const lookAlike = [resolveConfusablesTransformer(), resolveLeetSpeakTransformer(), toAsciiLowerCaseTransformer()]
const matchers = new WeakMap<string[], RegExpMatcher>()

/** Whether this answer waits for a moderator: all that people write where the poll says so, else what has a word that is not welcome. */
export function mustHold ({ text, words }: Answer, { moderation }: Poll, staff: Staff): boolean {
  if (text === undefined && words === undefined) return false
  return moderation === 'pre' || isFlagged(text ?? words?.join(' | ') ?? '', staff)
}

/** Whether a text has a coarse word or one that the room's staff has blocked. */
export function isFlagged (text: string, { blockedWords }: Pick<Staff, 'blockedWords'>): boolean {
  return coarse.hasMatch(text) || matcherOf(blockedWords).hasMatch(text) || hasWord(text, blockedWords)
}

/** As they are stored. Throws validation_failed, with the pointer, for a word that has nothing to read then. */
export function foldBlockedWords (words: readonly string[]): string[] {
  const folded = words.map(foldWord)
  const empty = folded.indexOf('')
  if (empty !== -1) throw invalidField(`/words/${empty}`, 'must have something to read')
  return Array.from(new Set(folded)).sort()
}

/** Whole words, in letters that look alike too. */
function matcherOf (blockedWords: string[]): RegExpMatcher {
  let matcher = matchers.get(blockedWords)
  if (matcher === undefined) {
    // A word without anything to read may be stored from before it was refused.
    const words = blockedWords.map(foldWord).filter((word) => word !== '')
    const blacklistedTerms = words.map((word, id) => ({ id, pattern: parseRawPattern(`|${escapePattern(word)}|`) }))
    matcher = new RegExpMatcher({ blacklistedTerms, blacklistMatcherTransformers: lookAlike })
    matchers.set(blockedWords, matcher)
  }
  return matcher
}

/** In scripts that have no look-alike in ASCII the text is compared as words are counted. */
function hasWord (text: string, blockedWords: string[]): boolean {
  const words = foldWord(text).split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== '')
  return blockedWords.some((blocked) => words.includes(foldWord(blocked)))
}

/** Characters that mean something in obscenity's own patterns. */
function escapePattern (word: string): string {
  return word.replace(/[\\[\]?|]/g, '\\$&')
}
