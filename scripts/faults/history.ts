// Everything that clients have seen, as it came to them. The verdict is made from this and from the database alone.
import type { Answer, Poll, Receipt, Results } from '../../server/protocol/poll.ts'

/** Codes after which the same vote may count later. */
export const passingCodes: ReadonlySet<string> = new Set(['unavailable', 'busy', 'rate_limited'])

/** `lost`: the connection ended, or nothing came in time; the vote may count or not. */
export type Outcome = { receipt: Receipt } | { code: string } | 'lost'

/** One sending of a vote. Times are milliseconds of performance.now(). */
export interface Attempt {
  voterId: string
  pollId: string
  answer: Answer
  sentAt: number
  endedAt: number
  outcome: Outcome
}

export interface Frame {
  results: Results
  at: number
  /** Sent because something changed, or the answer to somebody who asked. */
  kind: 'event' | 'answer'
}

/** One connection of somebody who watches, or one reading; R3 holds for each. */
export interface Sight {
  /** Of its instance. */
  url: string
  /** From then on it has to be shown what is new; never for who does not read. */
  connectedAt: number
  endedAt: number | undefined
  frames: Frame[]
  polls: Pick<Poll, 'id' | 'revision' | 'status'>[]
}

/** Meanwhile the screens at this address may show nothing new; afterwards they have the usual time for it. */
export interface Outage {
  url: string
  from: number
  to: number
}

/** From the loss of a socket's connection until it was connected again; `to` is missing as long as it is not. */
export interface Absence {
  from: number
  to: number | undefined
}

/** A poll that is closed on purpose. Votes may be refused from then on, and only with `poll_closed`. */
export interface Closing {
  pollId: string
  earliestAt: number
  /** Its own time, where it is not closed by hand. */
  closesAt: Date | undefined
}

/** How much something took, and how much it may take: time on a machine that is not busy. */
export interface Measure {
  kind: 'recovery' | 'absence' | 'close' | 'memory'
  what: string
  value: number
  limit: number
}

export const unitOf: Record<Measure['kind'], string> = { recovery: 'ms', absence: 'ms', close: 'ms', memory: 'MB' }

export interface History {
  attempts: Attempt[]
  sights: Sight[]
  closings: Closing[]
  outages: Outage[]
  absences: Absence[]
  measures: Measure[]
  /** Sockets that were connected, those that came back not counted again. */
  sockets: number
  /** The lines to clients held frames back, which then came together: when they were sent (R5) cannot be told. */
  areFramesHeld: boolean
  /** How often something was broken on purpose. */
  faults: number
}

export function createHistory (): History {
  return { attempts: [], sights: [], closings: [], outages: [], absences: [], measures: [], sockets: 0, areFramesHeld: false, faults: 0 }
}

export function openSight ({ sights }: History, url: string): Sight {
  const sight: Sight = { url, connectedAt: Number.POSITIVE_INFINITY, endedAt: undefined, frames: [], polls: [] }
  sights.push(sight)
  return sight
}
