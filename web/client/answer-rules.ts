import type { Answer, Poll, PollKind } from '../../server/protocol/poll.ts'
import { isOnStep } from '../../server/protocol/number-rules.ts'
import { countedWords } from '../../server/protocol/word-folding.ts'
import type { Draft } from './draft.ts'
import { exactWords } from './figures.ts'
import { countGraphemes } from './graphemes.ts'
import { t } from './text.ts'

export const maxTextLength = 500
const maxWordLength = 50

/** What a voter is told while answering one kind of poll. It only helps: the server decides what counts. */
interface AnswerRules {
  ask: (poll: Poll) => string
  /** What is still wrong; null when it can be sent. */
  findProblem: (draft: Draft, poll: Poll) => string | null
  /** The answer as it is sent. */
  toAnswer: (draft: Draft, poll: Poll) => Answer
}

const options: AnswerRules = {
  ask: ({ kind, minChoices, maxChoices, options }) => {
    if (kind === 'single') return t('chooseOne')
    const most = Math.min(maxChoices, options.length)
    if (minChoices === most) return t('chooseExactly', { count: most })
    if (most === options.length) return minChoices <= 1 ? t('chooseAny') : t('chooseAtLeast', { count: minChoices })
    return minChoices <= 1 ? t('chooseUpTo', { count: most }) : t('chooseBetween', { least: minChoices, most })
  },
  findProblem: ({ choices = [] }, { minChoices, maxChoices }) => {
    if (choices.length < minChoices) return minChoices === 1 ? t('chooseFirst') : t('chooseMore', { count: minChoices })
    return choices.length > maxChoices ? t('chooseFewer', { count: maxChoices }) : null
  },
  toAnswer: ({ choices = [] }, poll) => ({ choices: poll.options.map(({ id }) => id).filter((id) => choices.includes(id)) })
}

const ranking: AnswerRules = {
  ask: ({ minChoices, maxChoices, options }) => {
    const most = Math.min(maxChoices, options.length)
    if (minChoices === most) return most === options.length ? t('rankAll') : t('rankExactly', { count: most })
    if (minChoices > 1) return t('rankBetween', { least: minChoices, most })
    return most === options.length ? t('rankAny') : t('rankUpTo', { count: most })
  },
  findProblem: ({ choices = [] }, { minChoices, maxChoices }) => {
    if (choices.length < minChoices) return minChoices === 1 ? t('rankFirst') : t('rankMore', { count: minChoices })
    return choices.length > maxChoices ? t('rankFewer', { count: maxChoices }) : null
  },
  toAnswer: ({ choices = [] }) => ({ choices })
}

const rating: AnswerRules = {
  ask: ({ scale }) => scale === undefined ? t('chooseOne') : t('rateBetween', { min: scale.min, max: scale.max }),
  findProblem: ({ value }) => value === undefined ? t('rateFirst') : null,
  toAnswer
}

const number: AnswerRules = {
  ask: ({ range: { min, max, step } = { min: null, max: null, step: null } }) => {
    const isWhole = step === 1 && Number.isInteger(min ?? 0)
    const ask = askForNumber(isWhole, min, max)
    return step === null || step === 1 ? ask : `${ask} ${t('inSteps', { step: exactWords(step) })}`
  },
  findProblem: ({ value = '' }, { range }) => {
    const typed = Number(value)
    if (value.trim() === '' || !Number.isFinite(typed)) return t('numberFirst')
    if (range === undefined) return null
    const { min, max, step } = range
    if (min !== null && typed < min) return t('numberTooSmall', { min: exactWords(min) })
    if (max !== null && typed > max) return t('numberTooGreat', { max: exactWords(max) })
    return step === null || isOnStep(typed, range) ? null : t('numberSteps', { step: exactWords(step), start: exactWords(min ?? 0) })
  },
  toAnswer
}

const text: AnswerRules = {
  ask: () => t('ownWords'),
  findProblem: ({ text = '' }) => {
    if (text.trim() === '') return t('writeFirst')
    return countGraphemes(text.trim()) > maxTextLength ? t('writeLess', { count: maxTextLength }) : null
  },
  toAnswer: ({ text = '' }) => ({ text: text.trim().normalize() })
}

const words: AnswerRules = {
  ask: ({ minChoices, maxChoices }) => {
    if (maxChoices === 1) return t('oneWord')
    if (minChoices === maxChoices) return t('wordsExactly', { count: maxChoices })
    return minChoices <= 1 ? t('wordsUpTo', { count: maxChoices }) : t('wordsBetween', { least: minChoices, most: maxChoices })
  },
  findProblem: ({ words = [] }, poll) => {
    const { minChoices } = poll
    const given = givenWords(words)
    // Different words that count: the same one counts once.
    if (countedWords(given, poll).length < minChoices) return minChoices === 1 ? t('wordFirst') : t('wordsMore', { count: minChoices })
    return given.some((word) => countGraphemes(word) > maxWordLength) ? t('wordTooLong', { count: maxWordLength }) : null
  },
  toAnswer: ({ words = [] }) => ({ words: givenWords(words) })
}

export const answerRules: Record<PollKind, AnswerRules> = { single: options, multiple: options, rating, ranking, number, text, words }

function askForNumber (isWhole: boolean, min: number | null, max: number | null): string {
  if (min !== null && max !== null) return t(isWhole ? 'wholeBetween' : 'numberBetween', { min: exactWords(min), max: exactWords(max) })
  if (min !== null) return t(isWhole ? 'wholeFrom' : 'numberFrom', { min: exactWords(min) })
  if (max !== null) return t(isWhole ? 'wholeTo' : 'numberTo', { max: exactWords(max) })
  return t(isWhole ? 'whole' : 'number')
}

function toAnswer ({ value = '' }: Draft): Answer {
  return value.trim() === '' ? {} : { value: Number(value) }
}

function givenWords (words: readonly string[]): string[] {
  return words.map((word) => word.trim()).filter((word) => word !== '')
}
