// Holds what clients have seen against what is stored, rule by rule.
import type { Sql } from 'postgres'
import { judgeBallots } from './attempts.ts'
import { judgeClosings } from './closings.ts'
import { unitOf, type Attempt, type History, type Measure } from './history.ts'
import { findWrongTallies, judgeScreens } from './screens.ts'

export interface Verdict {
  sockets: number
  votes: number
  /** As they were really sent, on the average. */
  votesPerSecond: number
  acknowledged: number
  faults: number
  /** Acknowledged, but not stored. */
  lost: number
  /** Stored twice, or without having been sent. */
  doubled: number
  /** Older states after newer ones. */
  backwards: number
  ackP99Ms: number
  /** From an acknowledgement to a screen that has it. */
  shownP99Ms: number
  /** From the loss of a connection to the next one. */
  awayP99Ms: number
  /** The largest of each kind. */
  largest: Partial<Record<Measure['kind'], number>>
  /** Whatever breaks a rule, with its id; the first of each kind in words. */
  violations: string[]
}

/** Noise of the machine included. */
interface Limits {
  /** What R4 allows here. */
  shownWithinMs: number
  /** What L2 allows. */
  closedWithinMs: number
  /** What is added to whatever was measured in time. */
  allowanceMs: number
}

export async function judge (history: History, ledger: Sql, { shownWithinMs, closedWithinMs, allowanceMs }: Limits): Promise<Verdict> {
  const { attempts, sockets, faults, absences, measures } = history
  const pollIds = Array.from(new Set(attempts.map(({ pollId }) => pollId)))
  const ballots = await judgeBallots(history, ledger, pollIds)
  const screens = await judgeScreens(history, ledger, shownWithinMs)
  const exceeded = measures
    .map((measure) => ({ ...measure, limit: measure.limit + (unitOf[measure.kind] === 'ms' ? allowanceMs : 0) }))
    .filter(({ value, limit }) => value > limit)
  return {
    sockets,
    votes: attempts.length,
    votesPerSecond: rateOf(attempts),
    acknowledged: ballots.acknowledged.length,
    faults,
    lost: ballots.lost,
    doubled: ballots.doubled,
    backwards: screens.backwards,
    ackP99Ms: quantile(ballots.acknowledged.map(({ sentAt, endedAt }) => endedAt - sentAt), 0.99),
    shownP99Ms: quantile(screens.shownMs, 0.99),
    awayP99Ms: quantile(absences.flatMap(({ from, to }) => to === undefined ? [] : to - from), 0.99),
    largest: largestOf(measures),
    violations: [
      // Nothing is proved by people who were all refused.
      ...(ballots.acknowledged.length > 0 ? [] : ['no vote was acknowledged']),
      ...ballots.violations, ...screens.violations, ...await findWrongTallies(pollIds, ledger), ...await judgeClosings(history, ledger, closedWithinMs),
      ...exceeded.map(({ kind, what, value, limit }) => `${what}: ${Math.round(value)} ${unitOf[kind]}, and it may be ${limit} ${unitOf[kind]}`)
    ]
  }
}

function rateOf (attempts: Attempt[]): number {
  const [first, last] = [attempts.reduce((least, { sentAt }) => Math.min(least, sentAt), Infinity), attempts.reduce((most, { endedAt }) => Math.max(most, endedAt), 0)]
  return last > first ? attempts.length / (last - first) * 1000 : 0
}

function largestOf (measures: Measure[]): Verdict['largest'] {
  const largest: Verdict['largest'] = {}
  for (const { kind, value } of measures) largest[kind] = Math.max(value, largest[kind] ?? 0)
  return largest
}

function quantile (values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
