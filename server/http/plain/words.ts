import type { PageLanguage } from '../../protocol/languages.ts'
import { audienceCatalogues, plainCatalogues } from '../../protocol/languages/catalogues.ts'
import type { audience } from '../../protocol/languages/en/audience.ts'
import type { plain } from '../../protocol/languages/en/plain.ts'
import type { Poll } from '../../protocol/poll.ts'
import type { ErrorCode } from '../../protocol/problem.ts'
import { createTranslator, type Translator } from '../../protocol/translator.ts'

type PlainTexts = typeof audience & typeof plain

/** Says the texts of the pages that need no script. */
export type Say = Translator<PlainTexts>

const loaded = new Map<PageLanguage, Say>()

/** In the language of a page; each is read once. */
export async function loadWords (language: PageLanguage): Promise<Say> {
  const say = loaded.get(language) ?? createTranslator<PlainTexts>({ ...await audienceCatalogues[language](), ...await plainCatalogues[language]() }, language)
  loaded.set(language, say)
  return say
}

const asks = {
  single: (say) => say('chooseOne'),
  multiple: (say, { minChoices: least, maxChoices: most }) => least === most ? say('chooseExactly', { count: most }) : say('chooseBetween', { least, most }),
  ranking: (say, { minChoices: least, maxChoices: most }) => least === most ? say('rankExactly', { count: most }) : say('rankBetween', { least, most }),
  rating: (say, { scale }) => scale === undefined ? say('chooseOne') : say('rateBetween', { min: scale.min, max: scale.max }),
  number: (say, { range }) => askForNumber(say, range),
  text: (say) => say('ownWords'),
  words (say, { minChoices: least, maxChoices: most }) {
    if (most === 1) return say('oneWord')
    return least === most ? say('wordsExactly', { count: most }) : say('wordsBetween', { least, most })
  }
} as const satisfies Record<Poll['kind'], (say: Say, poll: Poll) => string>

/** What the poll asks for. */
export function ask (say: Say, poll: Poll): string {
  return asks[poll.kind](say, poll)
}

function askForNumber (say: Say, { min, max, step }: NonNullable<Poll['range']> = { min: null, max: null, step: null }): string {
  const inSteps = step === null ? '' : ` ${say('inSteps', { step })}`
  if (min !== null) return (max === null ? say('numberFrom', { min }) : say('numberBetween', { min, max })) + inSteps
  return (max === null ? say('number') : say('numberTo', { max })) + inSteps
}

const refusals = {
  validation_failed: 'refusedInvalid',
  unauthenticated: 'refusedNoCookie',
  forbidden: 'refusedForbidden',
  not_found: 'refusedGone',
  room_not_found: 'refusedRoom',
  poll_not_found: 'refusedGone',
  conflict: 'refusedChanged',
  poll_not_open: 'refusedNotOpen',
  poll_paused: 'refusedPaused',
  poll_closed: 'refusedClosed',
  already_voted: 'refusedVoted',
  option_invalid: 'refusedAnswer',
  too_few_choices: 'refusedFewAnswers',
  too_many_choices: 'refusedManyAnswers',
  rate_limited: 'refusedRate',
  internal: 'refusedInternal',
  unavailable: 'refusedUnavailable',
  busy: 'refusedBusy'
} as const satisfies Partial<Record<ErrorCode, keyof PlainTexts>>

/** Why a vote was not taken. */
export function refusalOf (say: Say, code: ErrorCode): string {
  const known: Partial<Record<ErrorCode, (typeof refusals)[keyof typeof refusals]>> = refusals
  return say(known[code] ?? 'refusedImpossible')
}

/** Why the audience sees no results; empty where it sees them. */
export function hiddenWords (say: Say, { revealed, resultsVisibility }: Poll): string {
  if (revealed === false) return say('hiddenByHost')
  switch (resultsVisibility) {
    case 'live': return ''
    case 'after_vote': return say('hiddenUntilVote')
    case 'after_close': return say('hiddenUntilClose')
    case 'hosts': return say('hiddenForHosts')
    default: return resultsVisibility satisfies never
  }
}
