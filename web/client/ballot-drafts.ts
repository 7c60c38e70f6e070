import { signal } from '@preact/signals'
import type { Poll } from '../../server/protocol/poll.ts'
import { withoutLostOptions, type Draft } from './draft.ts'

type Round = Pick<Poll, 'id' | 'round'>

/** What the voter has filled in and not sent, by poll and round. Nothing from the server changes it. */
export interface BallotDrafts {
  get: (poll: Poll) => Draft | undefined
  set: (round: Round, draft: Draft) => void
  /** It was sent. */
  drop: (round: Round) => void
  /** What was sent was refused; what has been filled in since stays. */
  giveBack: (round: Round, draft: Draft) => void
}

export function createBallotDrafts (): BallotDrafts {
  const drafts = signal<ReadonlyMap<string, Draft>>(new Map())
  const set = (round: Round, draft: Draft) => { drafts.value = new Map(drafts.value).set(roundKey(round), draft) }
  return {
    set,
    get: (poll) => {
      const draft = drafts.value.get(roundKey(poll))
      return draft && withoutLostOptions(draft, poll)
    },
    drop: (round) => {
      const others = new Map(drafts.value)
      if (others.delete(roundKey(round))) drafts.value = others
    },
    giveBack: (round, draft) => { if (!drafts.value.has(roundKey(round))) set(round, draft) }
  }
}

export function roundKey ({ id, round }: Round): string {
  return `${id}:${round}`
}
