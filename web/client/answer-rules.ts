import type { Answer, Poll, PollKind } from '../../server/protocol/poll.ts'
import { isOnStep } from '../../server/protocol/number-rules.ts'
import { foldWords } from '../../server/protocol/word-folding.ts'
import type { Draft } from './draft.ts'
import { exactWords } from './figures.ts'
import { countGraphemes } from './graphemes.ts'
import { choiceProblem, choiceRule } from './words.ts'

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
  ask: choiceRule,
  findProblem: ({ choices = [] }, poll) => choiceProblem(poll, choices.length),
  toAnswer: ({ choices = [] }, poll) => ({ choices: poll.options.map(({ id }) => id).filter((id) => choices.includes(id)) })
}

const ranking: AnswerRules = {
  ask: ({ minChoices, maxChoices, options }) => {
    const most = Math.min(maxChoices, options.length)
    if (minChoices === most) return `Rank ${most === options.length ? 'all' : most}, the best first.`
    if (minChoices > 1) return `Rank ${minChoices} to ${most}, the best first.`
    return most === options.length ? 'Rank as many as you like, the best first.' : `Rank up to ${most}, the best first.`
  },
  findProblem: ({ choices = [] }, { minChoices, maxChoices }) => {
    if (choices.length < minChoices) return minChoices === 1 ? 'Rank an option first.' : `Rank at least ${minChoices} options.`
    return choices.length > maxChoices ? `Rank at most ${maxChoices}.` : null
  },
  toAnswer: ({ choices = [] }) => ({ choices })
}

const rating: AnswerRules = {
  ask: ({ scale }) => scale === undefined ? 'Choose one.' : `Choose from ${scale.min} to ${scale.max}.`,
  findProblem: ({ value }) => value === undefined ? 'Choose a number first.' : null,
  toAnswer
}

const number: AnswerRules = {
  ask: ({ range: { min, max, step } = { min: null, max: null, step: null } }) => {
    const what = step === 1 && Number.isInteger(min ?? 0) ? 'A whole number' : 'A number'
    const steps = step === null || step === 1 ? '' : ` In steps of ${exactWords(step)}.`
    if (min !== null && max !== null) return `${what} from ${exactWords(min)} to ${exactWords(max)}.${steps}`
    if (min !== null) return `${what}, at least ${exactWords(min)}.${steps}`
    if (max !== null) return `${what}, at most ${exactWords(max)}.${steps}`
    return `${what}.${steps}`
  },
  findProblem: ({ value = '' }, { range }) => {
    const typed = Number(value)
    if (value.trim() === '' || !Number.isFinite(typed)) return 'Type a number first.'
    if (range === undefined) return null
    const { min, max, step } = range
    if (min !== null && typed < min) return `The smallest number is ${exactWords(min)}.`
    if (max !== null && typed > max) return `The greatest number is ${exactWords(max)}.`
    return step === null || isOnStep(typed, range) ? null : `Use steps of ${exactWords(step)}, counted from ${exactWords(min ?? 0)}.`
  },
  toAnswer
}

const text: AnswerRules = {
  ask: () => 'In your own words.',
  findProblem: ({ text = '' }) => {
    if (text.trim() === '') return 'Write something first.'
    return countGraphemes(text.trim()) > maxTextLength ? `Write at most ${maxTextLength} characters.` : null
  },
  toAnswer: ({ text = '' }) => ({ text: text.trim().normalize() })
}

const words: AnswerRules = {
  ask: ({ minChoices, maxChoices }) => {
    if (maxChoices === 1) return 'One word, or a few that belong together.'
    if (minChoices === maxChoices) return `Exactly ${maxChoices} words.`
    return minChoices <= 1 ? `Up to ${maxChoices} words.` : `${minChoices} to ${maxChoices} words.`
  },
  findProblem: ({ words = [] }, { minChoices }) => {
    const given = givenWords(words)
    // Different words: the same one counts once.
    if (foldWords(given).length < minChoices) return minChoices === 1 ? 'Write a word first.' : `Write at least ${minChoices} words.`
    return given.some((word) => countGraphemes(word) > maxWordLength) ? `A word has at most ${maxWordLength} characters.` : null
  },
  toAnswer: ({ words = [] }) => ({ words: givenWords(words) })
}

export const answerRules: Record<PollKind, AnswerRules> = { single: options, multiple: options, rating, ranking, number, text, words }

function toAnswer ({ value = '' }: Draft): Answer {
  return value.trim() === '' ? {} : { value: Number(value) }
}

function givenWords (words: readonly string[]): string[] {
  return words.map((word) => word.trim()).filter((word) => word !== '')
}
