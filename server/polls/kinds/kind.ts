import type { Derived } from '../../protocol/derived.ts'
import type { Answer, Counts } from '../../protocol/poll.ts'
import type { NewSettings, PollSettings } from '../../protocol/poll-settings.ts'

export interface Bounds {
  minChoices: number
  maxChoices: number
}

/** What of a poll's definition its kind works with. */
export interface Definition extends Bounds {
  /** Ids of the poll's options. */
  optionIds: ReadonlySet<number>
  settings: PollSettings
}

/** How many ballots that count are in each bucket; buckets that are empty may be missing. */
export type Buckets = ReadonlyMap<string, number>

export interface Shown {
  counts: Counts
  derived: Derived | null
}

/** The settings that only some kinds have; a kind that names one defines it, and every other kind refuses it. */
type OwnSettings = Pick<NewSettings, 'scale' | 'range' | 'correct' | 'shuffle' | 'moderation' | 'writeIns' | 'stopWords' | 'mergePlurals'>
export type OwnSetting = keyof OwnSettings

/** One kind of question: which answers can count, what each adds to the tally, and what follows from it. Pure. */
export interface Kind {
  /** How many options its polls have; null for a kind without options. */
  optionLimits: { min: number, max: number } | null
  /** The choices a voter may make of `optionCount` options, unless the host says otherwise. */
  defaultChoices (optionCount: number): Bounds
  /** Says in a sentence why these bounds cannot be, or undefined when they can. */
  refuseChoices (bounds: Bounds, optionCount: number): string | undefined
  /** The settings that this kind has, with their defaults. Throws validation_failed. */
  defineSettings (given: OwnSettings, ballots: Omit<Definition, 'settings'>): PollSettings
  ownSettings: readonly OwnSetting[]
  /** The answer in its one canonical form. Throws validation_failed for an answer of another form, option_invalid, too_few_choices or too_many_choices. */
  normalize (answer: Answer, definition: Definition): Answer
  /** Whether this canonical answer is right, for a kind that has `correct`. */
  isCorrect? (answer: Answer, correct: NonNullable<PollSettings['correct']>): boolean
  /** The buckets that this canonical answer adds one to. */
  buckets (answer: Answer): string[]
  /** Whether people's answers make the buckets: all of them are kept in a table of their own then. Else the buckets are the counts. */
  isOpenEnded: boolean
  /** What everyone sees of the buckets: every option and step is in the counts, also at 0. */
  show (buckets: Buckets, definition: Definition): Shown
}
