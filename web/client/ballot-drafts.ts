import { signal } from '@preact/signals'
import type { Poll } from '../../server/protocol/poll.ts'

/** What the voter has ticked and not necessarily sent, by poll and round. Nothing from the server changes it. */
export interface BallotDrafts {
  get: (poll: Poll) => number[] | undefined
  set: (poll: Poll, choices: number[]) => void
}

export function createBallotDrafts (): BallotDrafts {
  const drafts = signal<ReadonlyMap<string, number[]>>(new Map())
  return {
    get: (poll) => drafts.value.get(roundKey(poll))?.filter((choice) => poll.options.some((option) => option.id === choice)),
    set: (poll, choices) => { drafts.value = new Map(drafts.value).set(roundKey(poll), choices) }
  }
}

export function roundKey ({ id, round }: Poll): string {
  return `${id}:${round}`
}

export function isSameChoice (a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((choice) => b.includes(choice))
}
