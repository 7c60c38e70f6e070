// What the sendings of votes and the ballots say of each other.
import type { Sql } from 'postgres'
import type { Answer, Receipt } from '../../server/protocol/poll.ts'
import { groupBy } from './group-by.ts'
import { passingCodes, type Attempt, type Closing, type History } from './history.ts'

export interface BallotsVerdict {
  acknowledged: Attempt[]
  /** Acknowledged, but not stored. */
  lost: number
  /** Stored twice, or without having been sent. */
  doubled: number
  violations: string[]
}

interface StoredBallot { pollId: string, voterId: string, n: number, round: number, answer: Answer | null, castAt: Date }

export async function judgeBallots ({ attempts, closings }: History, ledger: Sql, pollIds: string[]): Promise<BallotsVerdict> {
  const violations: string[] = []
  const ballots = await ledger<StoredBallot[]>`
    SELECT poll_id AS "pollId", voter_id AS "voterId", n, round, answer, at AS "castAt" FROM ballots WHERE poll_id = ANY(${pollIds}::uuid[]) ORDER BY poll_id, voter_id, round, n`
  const stored = groupBy(ballots, keyOf)
  const sent = groupBy(attempts, keyOf)

  const acknowledged = attempts.filter((attempt) => receiptOf(attempt) !== undefined)
  const missing = acknowledged.filter((attempt) => !isStored(attempt, stored.get(keyOf(attempt)) ?? []))
  if (missing.length > 0) violations.push(`V1: ${missing.length} acknowledged votes are not stored, as ${JSON.stringify(missing[0])}`)

  const closingOf = new Map(closings.map((closing) => [closing.pollId, closing]))
  const refused = attempts.filter((attempt) => isWronglyRefused(attempt, closingOf.get(attempt.pollId)))
  if (refused.length > 0) violations.push(`V5: ${refused.length} votes on open polls were refused, or otherwise than they should be, as ${JSON.stringify(refused[0])}`)

  const doubled = ballots.filter((ballot, at) => {
    const before = ballots[at - 1]
    const isAgain = before !== undefined && keyOf(before) === keyOf(ballot) && before.round === ballot.round && isSame(before.answer, ballot.answer)
    return isAgain || !(sent.get(keyOf(ballot)) ?? []).some(({ answer }) => isSame(answer, ballot.answer))
  })
  if (doubled.length > 0) violations.push(`V3: ${doubled.length} ballots are stored again or were never sent, as ${JSON.stringify(doubled[0])}`)

  const newly = findToldOtherwise(acknowledged)
  if (newly.length > 0) violations.push(`V3: ${newly.length} ballots were told of as new more than once or with different versions, as ${JSON.stringify(newly[0])}`)
  return { acknowledged, lost: missing.length, doubled: doubled.length, violations }
}

function keyOf ({ pollId, voterId }: { pollId: string, voterId: string }): string {
  return `${pollId} ${voterId}`
}

function isSame (one: Answer | null, other: Answer | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function receiptOf ({ outcome }: Attempt): Receipt | undefined {
  return outcome !== 'lost' && 'receipt' in outcome ? outcome.receipt : undefined
}

/** Whatever is sent again is `unchanged`, with the receipt of the ballot that is stored; its version is hidden from some. */
function findToldOtherwise (acknowledged: Attempt[]): Receipt[][] {
  const ofBallot = groupBy(acknowledged, (attempt) => `${keyOf(attempt)} ${JSON.stringify(attempt.answer)} ${receiptOf(attempt)?.castAt}`)
  return Array.from(ofBallot.values(), (attempts) => attempts.flatMap((attempt) => receiptOf(attempt) ?? [])).filter((receipts) => {
    const versions = new Set(receipts.flatMap(({ version }) => version ?? []))
    return versions.size > 1 || receipts.filter(({ status }) => status !== 'unchanged').length > 1
  })
}

/** The receipt names the moment of its ballot, also when it was unchanged. */
function isStored (attempt: Attempt, ballots: StoredBallot[]): boolean {
  const receipt = receiptOf(attempt)
  return ballots.some((ballot) => ballot.round === receipt?.round && ballot.castAt.toISOString() === receipt.castAt && isSame(ballot.answer, attempt.answer))
}

function isWronglyRefused ({ outcome, endedAt }: Attempt, closing: Closing | undefined): boolean {
  if (outcome === 'lost' || !('code' in outcome) || passingCodes.has(outcome.code)) return false
  return closing === undefined || outcome.code !== 'poll_closed' || endedAt < closing.earliestAt
}
