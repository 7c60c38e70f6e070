import { signal } from '@preact/signals'
import type { Answer } from '../../server/protocol/poll.ts'
import type { KeyValueStorage } from './storage.ts'

/** An answer that was given on this device and is not acknowledged yet. */
export interface KeptAnswer {
  /** It is sent from the page of its room only: there this device is the voter who gave it. */
  roomId: string
  pollId: string
  /** The round it was given in: it must never land in another one (V9). */
  round: number
  answer: Answer
}

const storageKey = 'plenum.keptAnswers'

export interface BallotOutbox {
  all: () => KeptAnswer[]
  get: (pollId: string) => KeptAnswer | undefined
  keep: (answer: KeptAnswer) => void
  /** False where it is not the one that is kept any more. */
  drop: (answer: KeptAnswer) => boolean
  /** Another tab has kept this answer to the poll, or none any more; it has stored that itself. */
  follow: (pollId: string, answer: KeptAnswer | undefined) => void
}

/** The answers that wait for their acknowledgement; they outlive the page. At most one per poll. */
export function createBallotOutbox (storage: KeyValueStorage): BallotOutbox {
  const kept = signal<readonly KeptAnswer[]>(readStored(storage))

  // Another tab may have kept or dropped answers of its own: only what `isReplaced` says is changed.
  function store (isReplaced: (stored: KeptAnswer) => boolean, answer?: KeptAnswer) {
    const others = readStored(storage).filter((stored) => !isReplaced(stored))
    const answers = answer === undefined ? others : [...others, answer]
    if (answers.length === 0) storage.removeItem(storageKey)
    else storage.setItem(storageKey, JSON.stringify(answers))
  }

  return {
    all: () => [...kept.value],
    get: (pollId) => kept.value.find((answer) => answer.pollId === pollId),
    keep: (answer) => {
      kept.value = [...kept.value.filter((other) => other.pollId !== answer.pollId), answer]
      store(({ pollId }) => pollId === answer.pollId, answer)
    },
    drop: (answer) => {
      if (!kept.value.includes(answer)) return false
      kept.value = kept.value.filter((other) => other !== answer)
      store((stored) => isSameAnswer(stored, answer))
      return true
    },
    follow: (pollId, answer) => {
      const held = kept.value.find((other) => other.pollId === pollId)
      // The one that is being sent here is known by itself, not by a copy.
      if (held !== undefined && answer !== undefined && isSameAnswer(held, answer)) return
      const others = kept.value.filter((other) => other !== held)
      kept.value = answer === undefined ? others : [...others, answer]
    }
  }
}

function readStored (storage: KeyValueStorage): KeptAnswer[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isKeptAnswer) : []
  } catch {
    return []
  }
}

function isSameAnswer (one: KeptAnswer, other: KeptAnswer): boolean {
  return one.pollId === other.pollId && one.round === other.round && JSON.stringify(one.answer) === JSON.stringify(other.answer)
}

export function isKeptAnswer (value: unknown): value is KeptAnswer {
  if (typeof value !== 'object' || value === null) return false
  if (!('roomId' in value && 'pollId' in value && 'round' in value && 'answer' in value)) return false
  const { roomId, pollId, round, answer } = value
  return typeof roomId === 'string' && typeof pollId === 'string' && typeof round === 'number' && isAnswer(answer)
}

const forms: Record<keyof Answer, (part: unknown) => boolean> = {
  choices: (part) => Array.isArray(part) && part.every((choice) => Number.isSafeInteger(choice)),
  value: (part) => Number.isFinite(part),
  text: (part) => typeof part === 'string',
  words: (part) => Array.isArray(part) && part.every((word) => typeof word === 'string')
}

/** By hand, so that no schema has to come with the page. */
function isAnswer (value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false
  const parts = Object.entries(value)
  return parts.length === 1 && parts.every(([name, part]) => Object.entries(forms).some(([form, fits]) => form === name && fits(part)))
}
