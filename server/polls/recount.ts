import { setImmediate } from 'node:timers/promises'
import type { Db } from '../../db/client.ts'
import { findPollVersion, listPollVersionRows, sumAnswerSteps, type AnswerStep, type BallotKey, type PollVersionRow } from '../../db/replay-store.ts'
import type { PollKind, Results } from '../protocol/poll.ts'
import type { Correct } from '../protocol/poll-settings.ts'
import type { Definition } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { toResults } from './poll-snapshot.ts'

export interface RecountOptions {
  pollId: string
  round: number
  /** Of this round, rising, each of which has been. */
  versions: number[]
  /** Short queries: the embedded database does nothing else meanwhile, and folding a page holds up the votes of this process. */
  ballotsPerPage?: number
  /** Called between pages; throws to give up. */
  check?: () => void
}

/** What one sample has more than the one before. */
interface Change {
  voters: number
  buckets: Map<string, number>
  /** How many more are right, by right answer. */
  right: Map<string, number>
}

/** Counts a round again from its ballots, all versions in one reading of them. */
export async function recount (db: Db, { pollId, round, versions, ballotsPerPage = 5000, check = () => {} }: RecountOptions): Promise<Results[]> {
  const first = versions[0] ?? 0
  const begun = await findPollVersion(db, pollId, first)
  const rows = await listPollVersionRows(db, pollId, { from: begun?.version ?? first, below: (versions.at(-1) ?? 0) + 1 })
  // A kind changes only while there is nothing to count.
  const kind = rows.at(-1)?.definition.kind ?? 'single'
  const changes = createChanges(kind, rows)
  const times = new Map(rows.map(({ version, at }) => [version, at]))
  let last: BallotKey | undefined
  do {
    const page = await sumAnswerSteps(db, { pollId, round, kind, versions, after: last, limit: ballotsPerPage })
    for (const [version, at] of page.times) if (!times.has(version)) times.set(version, at)
    for (const step of page.steps) changes.add(step)
    last = page.last
    await setImmediate()
    check()
  } while (last !== undefined)

  const total = startTotal()
  const counted: Results[] = []
  for (const [sample, version] of versions.entries()) {
    const row = rows.findLast((one) => one.version <= version)
    const at = times.get(version)
    if (row === undefined || at === undefined) throw new Error(`version ${version} of poll ${pollId} is not in its ledger`)
    total.add(changes.take(sample))
    const tally = { version, ...total.show(row.definition) }
    counted.push(toResults(pollId, { round, status: row.status, revealed: row.definition.revealed, settings: row.definition.settings }, tally, at))
    // Of many words each takes a while.
    await setImmediate()
    check()
  }
  return counted
}

function createChanges (kind: PollKind, rows: PollVersionRow[]) {
  const { buckets, isCorrect } = kinds[kind]
  // Mostly one at the most: a right answer may be edited.
  const rightAnswers = new Map<string, Correct>()
  for (const { definition: { settings: { correct } } } of rows) if (correct !== undefined) rightAnswers.set(JSON.stringify(correct), correct)
  const changes = new Map<number, Change>()

  return {
    add ([sample, answer, step]: AnswerStep): void {
      const change = changes.get(sample) ?? { voters: 0, buckets: new Map<string, number>(), right: new Map<string, number>() }
      changes.set(sample, change)
      change.voters += step
      if (answer === null) return
      for (const bucket of buckets(answer)) increase(change.buckets, bucket, step)
      for (const [key, correct] of rightAnswers) if (isCorrect?.(answer, correct) === true) increase(change.right, key, step)
    },

    /** Frees it. */
    take (sample: number): Change | undefined {
      const change = changes.get(sample)
      changes.delete(sample)
      return change
    }
  }
}

function startTotal () {
  const buckets = new Map<string, number>()
  const right = new Map<string, number>()
  let voters = 0

  return {
    add (change: Change | undefined): void {
      if (change === undefined) return
      voters += change.voters
      for (const [bucket, step] of change.buckets) increase(buckets, bucket, step)
      for (const [key, step] of change.right) increase(right, key, step)
    },

    show ({ optionIds, ...definition }: PollVersionRow['definition']) {
      const whole: Definition = { ...definition, optionIds: new Set(optionIds) }
      const { correct } = definition.settings
      const correctVoters = correct === undefined ? 0 : right.get(JSON.stringify(correct)) ?? 0
      return { voters, correctVoters, ...kinds[definition.kind].show(buckets, whole) }
    }
  }
}

/** What is at 0 takes no room. */
function increase (counts: Map<string, number>, key: string, step: number): void {
  const count = (counts.get(key) ?? 0) + step
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
