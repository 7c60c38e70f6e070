import type { Answer, Counts } from '../../protocol/poll.ts'

/** What of a poll's definition a ballot is judged by. */
export interface BallotRule {
  minChoices: number
  maxChoices: number
  /** Ids of the poll's options. */
  optionIds: ReadonlySet<number>
}

/** One kind of question: which answers can count, and what each adds to the tally. Pure. */
export interface Kind {
  /** The choices a voter may make of `optionCount` options, unless the host says otherwise. */
  defaultChoices (optionCount: number): { minChoices: number, maxChoices: number }
  /** Says in a sentence why these bounds cannot be, or undefined when they can. */
  refuseChoices (bounds: { minChoices: number, maxChoices: number }, optionCount: number): string | undefined
  /** The answer in its one canonical form. Throws option_invalid, too_few_choices or too_many_choices. */
  normalize (answer: Answer, rule: BallotRule): Answer
  /** The keys of `counts` that this canonical answer adds one to. */
  buckets (answer: Answer): string[]
  /** Every bucket there is from the start, at 0. */
  emptyCounts (optionIds: Iterable<number>): Counts
}
