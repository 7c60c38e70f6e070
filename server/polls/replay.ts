import type { Db } from '../../db/client.ts'
import { listTallies } from '../../db/export-store.ts'
import { findTally } from '../../db/poll-store.ts'
import { findFirstVersion, findPollVersion } from '../../db/replay-store.ts'
import type { Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { toPastResults } from './poll-snapshot.ts'
import type { Onlooker, PollViews, VisibleResults } from './poll-views.ts'
import { recount } from './recount.ts'
import type { ResultsBoard } from './results-board.ts'
import { createTurns } from './turns.ts'

export type Replay = ReturnType<typeof createReplay>

export interface ReplayOptions {
  db: Db
  board: ResultsBoard
  views: PollViews
}

// Each reads all ballots of a round, and anybody may ask: what runs and what waits is bounded. What was read stays true for ever.
const turnLimits = { maxRunning: 2, maxWaiting: 20, maxWaitingPerKey: 10, maxWaitMs: 10_000, busyDetail: 'Others are looking at the past too.' }
const maxKept = 500

/**
 * Results as they were shown at versions that have passed, counted again from the ledger. Who may see a poll's results now may see its
 * history; the right answer of a quiz is in it only where it was shown then and is shown now.
 */
export function createReplay ({ db, board, views }: ReplayOptions) {
  const kept = new Map<string, Results>()
  const turns = createTurns(turnLimits)
  const counting = new Map<string, Promise<Results[]>>()

  /** Who asks for the same at the same time gets the same. Throws busy. */
  async function recountShared (pollId: string, round: number, versions: number[]): Promise<Results[]> {
    const key = `${pollId}:${versions.join()}`
    const shared = counting.get(key) ?? recountInTurn(pollId, round, versions).finally(() => { counting.delete(key) })
    counting.set(key, shared)
    return await shared
  }

  async function recountInTurn (pollId: string, round: number, versions: number[]): Promise<Results[]> {
    return await turns.run(pollId, async (check) => {
      // Whoever was before may have counted them.
      const found = versions.map((version) => kept.get(`${pollId}:${version}`))
      const missing = versions.filter((_version, at) => found[at] === undefined)
      const counted = missing.length === 0 ? [] : await recount(db, { pollId, round, versions: missing, check })
      for (const results of counted) keep(results)
      return [...found.flatMap((results) => results ?? []), ...counted]
    })
  }

  /** @param newest of the round, and as it was shown, unless the round is past: a past one reads as closed. */
  async function listAt (versions: number[], { results: newest, isPast }: VisibleResults): Promise<Results[]> {
    const { pollId, round } = newest
    const found = new Map(versions.map((version) => [version, version === newest.version && !isPast ? newest : kept.get(`${pollId}:${version}`)]))
    const missing = versions.filter((version) => found.get(version) === undefined)
    if (missing.length > 0) for (const results of await recountShared(pollId, round, missing)) found.set(results.version, results)
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
      if (row === undefined || (round !== undefined && round !== row.round) || version > newest.results.version) {
        throw new PlenumError('not_found', { detail: `This poll has no version ${version}${round === undefined ? '' : ` in round ${round}`}.` })
      }
      const [results] = await listAt([version], newest)
      if (results === undefined) throw new PlenumError('not_found')
      const { isForEveryone, isRevealed } = await checkAgain(pollId, onlooker, row.round)
      return { results: withoutSecret(results, isRevealed), isForEveryone }
    },

    /** At most `points` versions of a round, evenly spread, its first and last among them. Throws as above. */
    async listTimeline (pollId: string, onlooker: Onlooker, { round, points }: { round?: number | undefined, points: number }): Promise<Results[]> {
      const newest = await findNewest(pollId, onlooker, round)
      const { version, round: itsRound } = newest.results
      const first = await findFirstVersion(db, pollId, itsRound) ?? version
      const timeline = await listAt(spread(first, version, points), newest)
      const { isRevealed } = await checkAgain(pollId, onlooker, itsRound)
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
    },

    /** Ends what is being counted. */
    stop: turns.stop
  }

  /** The newest results of a round that this onlooker may see now, of storage and not only of this instance. */
  async function findNewest (pollId: string, onlooker: Onlooker, round: number | undefined): Promise<VisibleResults> {
    const found = await views.findResults(pollId, onlooker, round)
    const stored = await findTally(db, pollId, found.results.round)
    if (stored === undefined || stored.version <= found.results.version) return found
    // What another instance has committed may also have hidden it.
    await board.refresh(pollId)
    return await views.findResults(pollId, onlooker, round)
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

/** What was revealed once and is hidden again stays hidden. */
function withoutSecret (results: Results, isRevealed: boolean): Results {
  if (isRevealed || results.derived?.correct === undefined) return results
  const { derived: { correct: _correct, correctVoters: _correctVoters, ...derived }, ...rest } = results
  return Object.keys(derived).length === 0 ? rest : { ...rest, derived }
}
