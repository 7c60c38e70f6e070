// Everything that clients have seen, as it came to them. The verdict is made from this and from the database alone.
import type { Answer, Receipt, Results } from '../../server/protocol/poll.ts'

/** Codes after which the same vote may count later. */
export const passingCodes: ReadonlySet<string> = new Set(['unavailable', 'busy', 'rate_limited'])

/** One sending of a vote. Times are milliseconds of performance.now(). */
export interface Attempt {
  voterId: string
  pollId: string
  answer: Answer
  sentAt: number
  endedAt: number
  /** `lost`: the connection ended, or nothing came in time; the vote may count or not. */
  outcome: { receipt: Receipt } | { code: string } | 'lost'
}

export interface Frame {
  results: Results
  at: number
}

/** One connection of somebody who watches; R3 holds for each. */
export interface Sight {
  connectedAt: number
  endedAt: number | undefined
  frames: Frame[]
}

export interface History {
  attempts: Attempt[]
  sights: Sight[]
  /** How often something was broken on purpose. */
  faults: number
  /** How long something took to be whole again, and how long it may take. */
  recoveries: { what: string, tookMs: number, limitMs: number }[]
}

export function createHistory (): History {
  return { attempts: [], sights: [], faults: 0, recoveries: [] }
}
