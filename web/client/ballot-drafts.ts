import { signal } from '@preact/signals'
import type { Poll } from '../../server/protocol/poll.ts'
import { withoutLostOptions, type Draft } from './draft.ts'

/** What the voter has filled in and not necessarily sent, by poll and round. Nothing from the server changes it. */
export interface BallotDrafts {
  get: (poll: Poll) => Draft | undefined
  set: (poll: Poll, draft: Draft) => void
}

export function createBallotDrafts (): BallotDrafts {
  const drafts = signal<ReadonlyMap<string, Draft>>(new Map())
  return {
    get: (poll) => {
      const draft = drafts.value.get(roundKey(poll))
      return draft && withoutLostOptions(draft, poll)
    },
    set: (poll, draft) => { drafts.value = new Map(drafts.value).set(roundKey(poll), draft) }
  }
}

export function roundKey ({ id, round }: Poll): string {
  return `${id}:${round}`
}
