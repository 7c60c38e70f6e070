import {
  englishDataset, englishRecommendedTransformers, parseRawPattern, RegExpMatcher, resolveConfusablesTransformer, resolveLeetSpeakTransformer, toAsciiLowerCaseTransformer
} from 'obscenity'
import type { Answer } from '../protocol/poll.ts'
import { invalidField } from '../protocol/problem.ts'
import { foldWord, foldWords } from '../protocol/word-folding.ts'
import type { Staff } from '../rooms/staff.ts'

/** Coarse words, also when they are written with letters that look alike; innocent words that have one inside pass. */
const coarse = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers })
const lookAlike = [resolveConfusablesTransformer(), resolveLeetSpeakTransformer(), toAsciiLowerCaseTransformer()]

interface Blocked {
  matcher: RegExpMatcher
  words: ReadonlySet<string>
}

const blockedBy = new WeakMap<string[], Blocked>()

/** Whether what somebody wrote in an answer has such a word. */
export function isFlaggedAnswer ({ text, words = [] }: Answer, staff: Pick<Staff, 'blockedWords'>): boolean {
  const written = text ?? words.join(' | ')
  return written !== '' && isFlagged(written, staff)
}

/** Whether a text has a coarse word or one that the room's staff has blocked. */
export function isFlagged (text: string, { blockedWords }: Pick<Staff, 'blockedWords'>): boolean {
  if (coarse.hasMatch(text)) return true
  const { matcher, words } = blockedOf(blockedWords)
  return words.size > 0 && (matcher.hasMatch(text) || hasWord(text, words))
}

/** As they are stored. Throws validation_failed, with the pointer, for a word that has nothing to read then. */
export function foldBlockedWords (words: readonly string[]): string[] {
  const empty = words.findIndex((word) => foldWord(word) === '')
  if (empty !== -1) throw invalidField(`/words/${empty}`, 'must have something to read')
  return foldWords(words)
}

/** Those that block something: what an older list has may have nothing to read, and a pattern of nothing is none. */
export function readableWords (blockedWords: readonly string[]): string[] {
  return foldWords(blockedWords).filter((word) => word !== '')
}

/** Whole words, in letters that look alike too; made once for each list, which is only ever replaced. */
function blockedOf (blockedWords: string[]): Blocked {
  let blocked = blockedBy.get(blockedWords)
  if (blocked === undefined) {
    const words = new Set(readableWords(blockedWords))
    const blacklistedTerms = Array.from(words, (word, id) => ({ id, pattern: parseRawPattern(`|${escapePattern(word)}|`) }))
    blocked = { words, matcher: new RegExpMatcher({ blacklistedTerms, blacklistMatcherTransformers: lookAlike }) }
    blockedBy.set(blockedWords, blocked)
  }
  return blocked
}

/** In scripts that have no look-alike in ASCII the text is compared as words are counted. */
function hasWord (text: string, words: ReadonlySet<string>): boolean {
  return foldWord(text).split(/[^\p{L}\p{M}\p{N}]+/u).some((word) => words.has(word))
}

/** Characters that mean something in obscenity's own patterns. */
function escapePattern (word: string): string {
  return word.replace(/[\\[\]?|]/g, '\\$&')
}
