import type { BallotState, LockedPoll, StoredTally } from '../../db/ledger.ts'
import type { Answer } from '../protocol/poll.ts'
import type { Buckets, Definition } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'

export type TallyContent = Omit<StoredTally, 'version'>

/** The tally of a round without ballots. */
export function emptyTally (kind: LockedPoll['kind'], definition: Definition): TallyContent {
  return { voters: 0, correctVoters: 0, ...kinds[kind].show(new Map(), definition) }
}

/** What its kind works with of a poll that is locked. */
function definitionOf ({ poll, tally }: Pick<BallotState, 'poll' | 'tally'>): Definition {
  const optionIds = kinds[poll.kind].optionLimits === null ? [] : Object.keys(tally.counts).map(Number)
  return { minChoices: poll.minChoices, maxChoices: poll.maxChoices, settings: poll.settings, optionIds: new Set(optionIds) }
}

export type TallyInTheMaking = ReturnType<typeof startTally>

/** The tally of a locked poll, and what a batch makes of it. */
export function startTally (state: BallotState) {
  const { poll, tally } = state
  const kind = kinds[poll.kind]
  const definition = definitionOf(state)
  // Under the lock the buckets are this batch's own: nobody else looks at them before its commit.
  const buckets = kind.isOpenEnded ? state.buckets : new Map(Object.entries(tally.counts))
  const changed = new Map<string, number>()
  let { voters, correctVoters } = tally

  function add (answer: Answer | null, step: 1 | -1): void {
    if (answer === null) return
    voters += step
    if (isCorrect(answer)) correctVoters += step
    for (const bucket of kind.buckets(answer)) {
      const count = (buckets.get(bucket) ?? 0) + step
      buckets.set(bucket, count)
      if (kind.isOpenEnded) changed.set(bucket, count)
    }
  }

  function isCorrect (answer: Answer): boolean {
    const { correct } = poll.settings
    return correct !== undefined && kind.isCorrect?.(answer, correct) === true
  }

  return {
    definition,
    replace (before: Answer | null, after: Answer | null): void {
      add(before, -1)
      add(after, 1)
    },
    finish: (): { content: TallyContent, changed: Buckets } => ({ content: { voters, correctVoters, ...kind.show(buckets, definition) }, changed })
  }
}
