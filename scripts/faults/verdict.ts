// Holds what clients have seen against what is stored, rule by rule.
import type { Sql } from 'postgres'
import type { Answer, Results } from '../../server/protocol/poll.ts'
import { recount } from '../../test/helpers/ledger.ts'
import { passingCodes, type Attempt, type Frame, type History, type Sight } from './history.ts'

export interface Verdict {
  votes: number
  acknowledged: number
  faults: number
  /** Acknowledged, but not stored. */
  lost: number
  /** Stored twice, or without having been sent. */
  doubled: number
  /** Older results after newer ones. */
  backwards: number
  ackP99Ms: number
  /** From an acknowledgement to a screen that has it. */
  shownP99Ms: number
  slowestRecoveryMs: number
  /** Whatever breaks a rule, with its id; the first of each kind in words. */
  violations: string[]
}

interface StoredBallot { pollId: string, voterId: string, n: number, round: number, answer: Answer | null, castAt: Date }

/** Of as many versions as this the counts are made again from the ballots. */
const maxRecounts = 200

/** @param shownWithinMs what R4 allows here, noise of the machine included */
export async function judge ({ attempts, sights, faults, recoveries }: History, ledger: Sql, shownWithinMs: number): Promise<Verdict> {
  const violations: string[] = []
  const pollIds = Array.from(new Set(attempts.map(({ pollId }) => pollId)))
  const ballots = await ledger<StoredBallot[]>`
    SELECT poll_id AS "pollId", voter_id AS "voterId", n, round, answer, at AS "castAt" FROM ballots WHERE poll_id = ANY(${pollIds}::uuid[]) ORDER BY poll_id, voter_id, round, n`
  const stored = groupBy(ballots, keyOf)
  const sent = groupBy(attempts, keyOf)

  const missing = attempts.filter((attempt) => isAcknowledged(attempt) && !isStored(attempt, stored.get(keyOf(attempt)) ?? []))
  if (missing.length > 0) violations.push(`V1: ${missing.length} acknowledged votes are not stored, as ${JSON.stringify(missing[0])}`)

  const refused = attempts.filter(({ outcome }) => outcome !== 'lost' && 'code' in outcome && !passingCodes.has(outcome.code))
  if (refused.length > 0) violations.push(`V5: ${refused.length} votes on open polls were refused, as ${JSON.stringify(refused[0])}`)

  const doubled = ballots.filter((ballot, at) => {
    const before = ballots[at - 1]
    const isAgain = before !== undefined && keyOf(before) === keyOf(ballot) && before.round === ballot.round && isSame(before.answer, ballot.answer)
    return isAgain || !(sent.get(keyOf(ballot)) ?? []).some(({ answer }) => isSame(answer, ballot.answer))
  })
  if (doubled.length > 0) violations.push(`V3: ${doubled.length} ballots are stored again or were never sent, as ${JSON.stringify(doubled[0])}`)

  const backwards = sights.flatMap(({ frames }) => Array.from(groupBy(frames, ({ results }) => results.pollId).values()).flatMap(findBackwards))
  if (backwards.length > 0) violations.push(`R3: ${backwards.length} frames are older than the one before, as ${JSON.stringify(backwards[0])}`)
  const crowded = sights.flatMap(({ frames }) => Array.from(groupBy(frames, ({ results }) => results.pollId).values())).filter(isCrowded)
  if (crowded.length > 0) violations.push(`R5: ${crowded.length} watchers had more than 10 frames of a poll in a second`)

  violations.push(...await findWrongNumbers(sights, ledger), ...await findWrongTallies(pollIds, ledger))

  const shown = attempts.flatMap((attempt) => sights.flatMap((sight) => timeToShow(attempt, sight)))
  const late = shown.filter((ms) => ms > shownWithinMs)
  if (late.length > 0) violations.push(`R4: ${late.length} screens were later than ${shownWithinMs} ms, by up to ${Math.round(Math.max(...late))} ms after the acknowledgement`)
  for (const { what, tookMs, limitMs } of recoveries) {
    if (tookMs > limitMs) violations.push(`${what} took ${Math.round(tookMs)} ms, and may take ${limitMs} ms`)
  }

  const acknowledged = attempts.filter(isAcknowledged)
  return {
    votes: attempts.length,
    acknowledged: acknowledged.length,
    faults,
    lost: missing.length,
    doubled: doubled.length,
    backwards: backwards.length,
    ackP99Ms: quantile(acknowledged.map(({ sentAt, endedAt }) => endedAt - sentAt), 0.99),
    shownP99Ms: quantile(shown, 0.99),
    slowestRecoveryMs: Math.max(0, ...recoveries.map(({ tookMs }) => tookMs)),
    violations
  }
}

function groupBy<T> (values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}

function keyOf ({ pollId, voterId }: { pollId: string, voterId: string }): string {
  return `${pollId} ${voterId}`
}

function isSame (one: Answer | null, other: Answer | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isAcknowledged ({ outcome }: Attempt): boolean {
  return outcome !== 'lost' && 'receipt' in outcome
}

/** The receipt names the moment of its ballot, also when it was unchanged. */
function isStored ({ answer, outcome }: Attempt, ballots: StoredBallot[]): boolean {
  if (outcome === 'lost' || !('receipt' in outcome)) return false
  const { round, castAt } = outcome.receipt
  return ballots.some((ballot) => ballot.round === round && ballot.castAt.toISOString() === castAt && isSame(ballot.answer, answer))
}

function findBackwards (frames: Frame[]): Results[] {
  return frames.filter(({ results }, at) => results.version < (frames[at - 1]?.results.version ?? 0)).map(({ results }) => results)
}

/** Eleven frames that came within less than a second; they may come a little closer together than they were sent. */
function isCrowded (frames: Frame[]): boolean {
  return frames.some(({ at }, index) => at - (frames[index - 11]?.at ?? Number.NEGATIVE_INFINITY) < 900)
}

/** All who saw a version saw the same, and the ballots say so too. */
async function findWrongNumbers (sights: Sight[], ledger: Sql): Promise<string[]> {
  const byVersion = groupBy(sights.flatMap(({ frames }) => frames.map(({ results }) => results)), ({ pollId, version }) => `${pollId} ${version}`)
  const differing = Array.from(byVersion.values()).filter(([first, ...others]) => others.some((other) => first !== undefined && !hasSameNumbers(first, other)))
  const all = Array.from(byVersion.values()).flatMap(([first]) => first ?? [])
  const step = Math.max(1, Math.ceil(all.length / maxRecounts))
  const wrong: Results[] = []
  for (const results of all.filter((_, at) => at % step === 0 || at === all.length - 1)) {
    if (!hasSameNumbers({ ...results, ...await recount(ledger, results) }, results)) wrong.push(results)
  }
  return [
    ...(differing.length === 0 ? [] : [`R1: ${differing.length} versions were not the same for everyone`]),
    ...(wrong.length === 0 ? [] : [`R2: ${wrong.length} versions are not what the ballots say, as ${JSON.stringify(wrong[0])}`])
  ]
}

/** The stored tallies equal a recount, and each voter counts once. */
async function findWrongTallies (pollIds: string[], ledger: Sql): Promise<string[]> {
  const tallies = await ledger<Results[]>`SELECT poll_id AS "pollId", round, version, voters, counts FROM tallies WHERE poll_id = ANY(${pollIds}::uuid[])`
  const wrong: string[] = []
  for (const tally of tallies) {
    const counted = await recount(ledger, tally)
    if (!hasSameNumbers({ ...tally, ...counted }, tally)) wrong.push(`R2: the tally ${JSON.stringify(tally)} is not what the ballots say, ${JSON.stringify(counted)}`)
  }
  return wrong
}

function hasSameNumbers (one: Results, other: Results): boolean {
  return one.voters === other.voters && JSON.stringify(one.counts) === JSON.stringify(other.counts)
}

/** Milliseconds from the acknowledgement until this connection was shown it; none for one that was not there all the time. */
function timeToShow ({ pollId, outcome, endedAt }: Attempt, { connectedAt, endedAt: leftAt = Number.POSITIVE_INFINITY, frames }: Sight): number[] {
  if (outcome === 'lost' || !('receipt' in outcome) || outcome.receipt.version === undefined || endedAt < connectedAt) return []
  const { version } = outcome.receipt
  const shown = frames.find(({ results }) => results.pollId === pollId && results.version >= version)
  if (shown !== undefined) return [Math.max(0, shown.at - endedAt)]
  return leftAt === Number.POSITIVE_INFINITY ? [Number.POSITIVE_INFINITY] : []
}

function quantile (values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
