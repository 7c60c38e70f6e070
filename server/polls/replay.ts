import type { Db } from '../../db/client.ts'
import { listTallies } from '../../db/export-store.ts'
import { findTally } from '../../db/poll-store.ts'
import { findBallotTimes, findFirstVersion, findPollVersion, listPollVersionRows, sumAnswerSteps, type AnswerStep, type PollVersionRow } from '../../db/replay-store.ts'
import type { Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Definition } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { toPastResults, toResults } from './poll-snapshot.ts'
import type { Onlooker, PollViews } from './poll-views.ts'
import type { ResultsBoard } from './results-board.ts'

export type Replay = ReturnType<typeof createReplay>

// Each reads all ballots of a round; what waits for its turn is bounded, and what was read stays true for ever.
const maxWaiting = 20
const maxKept = 500
const retryAfterMs = 1000

/**
 * Results as they were shown at versions that have passed, counted again from the ledger. Who may see a poll's results now may see its
 * history; the right answer of a quiz is in it only where it was shown then and is shown now.
 */
export function createReplay ({ db, board, views }: { db: Db, board: ResultsBoard, views: PollViews }) {
  const kept = new Map<string, Results>()
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other. Throws busy. */
  async function inTurn<T> (read: () => Promise<T>): Promise<T> {
    if (waiting >= maxWaiting) throw new PlenumError('busy', { detail: 'Others are looking at the past too.', retryAfterMs })
    waiting += 1
    const turn = last.then(read, read)
    last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }

  /** @param versions of one round, rising, each of which has been */
  async function recount (pollId: string, round: number, versions: number[]): Promise<Results[]> {
    const first = versions[0] ?? 0
    const begun = await findPollVersion(db, pollId, first)
    const rows = await listPollVersionRows(db, pollId, { from: begun?.version ?? first, below: (versions.at(-1) ?? 0) + 1 })
    // A kind changes only while there is nothing to count.
    const kind = rows.at(-1)?.definition.kind ?? 'single'
    const steps = await sumAnswerSteps(db, { pollId, round, versions, kind })
    const times = await findBallotTimes(db, { pollId, round, versions })
    const count = startCount(steps)
    return versions.map((version, sample) => {
      const row = rows.findLast((one) => one.version <= version)
      const at = row?.version === version ? row.at : times.get(version)
      if (row === undefined || at === undefined) throw new Error(`version ${version} of poll ${pollId} is not in its ledger`)
      const tally = { version, ...count.upTo(sample, row) }
      return toResults(pollId, { round, status: row.status, revealed: row.definition.revealed, settings: row.definition.settings }, tally, at)
    })
  }

  async function recountKept (pollId: string, round: number, versions: number[]): Promise<Results[]> {
    const found = new Map(versions.map((version) => [version, kept.get(`${pollId}:${version}`)]))
    const missing = versions.filter((version) => found.get(version) === undefined)
    if (missing.length > 0) {
      for (const results of await inTurn(async () => await recount(pollId, round, missing))) {
        found.set(results.version, results)
        keep(results)
      }
    }
    return versions.flatMap((version) => found.get(version) ?? [])
  }

  function keep (results: Results): void {
    kept.set(`${results.pollId}:${results.version}`, results)
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break
      kept.delete(oldest)
    }
  }

  return {
    /** Throws poll_not_found, results_hidden, not_found for a version that never was, busy. */
    async findVersion (pollId: string, onlooker: Onlooker, version: number, round?: number): Promise<{ results: Results, isForEveryone: boolean }> {
      await views.find(pollId, onlooker)
      const row = await findPollVersion(db, pollId, version)
      const newest = await findNewest(pollId, onlooker, row?.round)
      if (row === undefined || (round !== undefined && round !== row.round) || version > newest.version) {
        throw new PlenumError('not_found', { detail: `This poll has no version ${version}${round === undefined ? '' : ` in round ${round}`}.` })
      }
      const [results] = await recountKept(pollId, row.round, [version])
      if (results === undefined) throw new PlenumError('not_found')
      const { isForEveryone, isRevealed } = await checkAgain(pollId, onlooker, row.round)
      return { results: withoutSecret(results, isRevealed), isForEveryone }
    },

    /** At most `points` versions of a round, evenly spread, its first and last among them. Throws as above. */
    async listTimeline (pollId: string, onlooker: Onlooker, { round, points }: { round?: number | undefined, points: number }): Promise<Results[]> {
      const newest = await findNewest(pollId, onlooker, round)
      const first = await findFirstVersion(db, pollId, newest.round) ?? newest.version
      const timeline = await recountKept(pollId, newest.round, spread(first, newest.version, points))
      const { isRevealed } = await checkAgain(pollId, onlooker, newest.round)
      return timeline.map((results) => withoutSecret(results, isRevealed))
    },

    /** The last results of every round that this onlooker may see, oldest first. Throws poll_not_found, results_hidden. */
    async listRounds (pollId: string, onlooker: Onlooker, { after, limit }: { after: number, limit: number }): Promise<Results[]> {
      const { poll } = await views.find(pollId, onlooker)
      if (poll.round === 1) return after === 0 ? [(await views.findResults(pollId, onlooker)).results] : []
      // Every round that has ended is seen alike.
      await views.findResults(pollId, onlooker, 1)
      const past = (await listTallies(db, pollId, { after, before: poll.round, limit })).map((past) => toPastResults(poll, past))
      if (past.length === limit || after >= poll.round) return past
      return [...past, ...await findCurrent(pollId, onlooker)]
    }
  }

  /** The newest results of a round that this onlooker may see now, of storage and not only of this instance. */
  async function findNewest (pollId: string, onlooker: Onlooker, round: number | undefined): Promise<Results> {
    const { results } = await views.findResults(pollId, onlooker, round)
    const stored = await findTally(db, pollId, results.round)
    if (stored === undefined || stored.version <= results.version) return results
    // What another instance has committed may also have hidden it.
    await board.refresh(pollId)
    return (await views.findResults(pollId, onlooker, round)).results
  }

  /** Counting takes its time, in which the results may have been hidden. */
  async function checkAgain (pollId: string, onlooker: Onlooker, round: number): Promise<{ isForEveryone: boolean, isRevealed: boolean }> {
    const { isForEveryone } = await views.findResults(pollId, onlooker, round)
    return { isForEveryone, isRevealed: (await views.find(pollId, onlooker)).poll.revealed === true }
  }

  async function findCurrent (pollId: string, onlooker: Onlooker): Promise<Results[]> {
    try {
      return [(await views.findResults(pollId, onlooker)).results]
    } catch (error) {
      if (error instanceof PlenumError && error.code === 'results_hidden') return []
      throw error
    }
  }
}

/** Whole numbers from `first` to `last`, both among them, as evenly as can be. */
function spread (first: number, last: number, points: number): number[] {
  const count = Math.min(points, last - first + 1)
  return Array.from({ length: count }, (_point, at) => count === 1 ? last : first + Math.round(at * (last - first) / (count - 1)))
}

function startCount (steps: AnswerStep[]) {
  const answers = new Map<string, number>()
  let voters = 0
  let taken = 0
  const sorted = steps.toSorted((a, b) => a.sample - b.sample)

  return {
    /** The tally at this sample. Asked for in rising order. */
    upTo (sample: number, { definition }: PollVersionRow) {
      for (; taken < sorted.length; taken++) {
        const next = sorted[taken]
        if (next === undefined || next.sample > sample) break
        const key = JSON.stringify(next.answer)
        answers.set(key, (answers.get(key) ?? 0) + next.step)
        voters += next.step
      }
      return { voters, ...showAnswers(answers, definition) }
    }
  }
}

function showAnswers (answers: ReadonlyMap<string, number>, { optionIds, ...definition }: PollVersionRow['definition']) {
  const kind = kinds[definition.kind]
  const whole: Definition = { ...definition, optionIds: new Set(optionIds) }
  const buckets = new Map<string, number>()
  let correctVoters = 0
  for (const [text, count] of answers) {
    const answer = JSON.parse(text)
    if (answer === null || count === 0) continue
    if (definition.settings.correct !== undefined && kind.isCorrect?.(answer, definition.settings.correct) === true) correctVoters += count
    for (const bucket of kind.buckets(answer)) buckets.set(bucket, (buckets.get(bucket) ?? 0) + count)
  }
  return { correctVoters, ...kind.show(buckets, whole) }
}

/** What was revealed once and is hidden again stays hidden. */
function withoutSecret (results: Results, isRevealed: boolean): Results {
  if (isRevealed || results.derived?.correct === undefined) return results
  const { derived: { correct: _correct, correctVoters: _correctVoters, ...derived }, ...rest } = results
  return Object.keys(derived).length === 0 ? rest : { ...rest, derived }
}
