// What screens were shown, in which order and how soon.
import type { Sql } from 'postgres'
import type { Results } from '../../server/protocol/poll.ts'
import { recount } from '../../test/helpers/ledger.ts'
import { groupBy } from './group-by.ts'
import type { Attempt, Frame, History, Outage, Sight } from './history.ts'

export interface ScreensVerdict {
  /** Older states after newer ones. */
  backwards: number
  /** Milliseconds from each acknowledgement to each screen that has it. */
  shownMs: number[]
  violations: string[]
}

/** Of as many versions as this the counts are made again from the ballots. */
const maxRecounts = 200

/** @param shownWithinMs what R4 allows here, noise of the machine included */
export async function judgeScreens ({ attempts, sights, outages, areFramesHeld }: History, ledger: Sql, shownWithinMs: number): Promise<ScreensVerdict> {
  const violations: string[] = []
  const sequences = sights.flatMap(framesByPoll)
  const older = sequences.flatMap((frames) => frames.filter(({ results }, at) => results.version < (frames[at - 1]?.results.version ?? 0)))
  if (older.length > 0) violations.push(`R3: ${older.length} frames are older than the one before, as ${JSON.stringify(older[0])}`)
  const bodies = sights.flatMap(({ polls }) => Array.from(groupBy(polls, ({ id }) => id).values()))
  const again = bodies.flatMap((polls) => polls.filter(({ revision }, at) => revision <= (polls[at - 1]?.revision ?? 0)))
  if (again.length > 0) violations.push(`R3: ${again.length} polls were told of again or with an older revision, as ${JSON.stringify(again[0])}`)
  // To who reads now and then they come at once, however they were sent.
  const prompt = sights.filter(({ connectedAt }) => connectedAt < Number.POSITIVE_INFINITY)
  const crowded = areFramesHeld ? [] : prompt.flatMap(framesByPoll).filter(isCrowded)
  if (crowded.length > 0) violations.push(`R5: ${crowded.length} watchers had more than 10 frames of a poll in a second`)
  violations.push(...await findWrongNumbers(sights, ledger))

  const framesOf = prompt.map((sight) => ({
    sight, frames: groupBy(sight.frames, ({ results }) => results.pollId), outages: outages.filter(({ url }) => url === sight.url)
  }))
  const shownMs = attempts.flatMap((attempt) => framesOf.flatMap(({ sight, frames, outages }) => (
    timeToShow(attempt, sight, frames.get(attempt.pollId) ?? [], (at) => awaitOutages(at, outages, shownWithinMs))
  )))
  const late = shownMs.filter((ms) => ms > shownWithinMs)
  if (late.length > 0) violations.push(`R4: ${late.length} screens were later than ${shownWithinMs} ms, by up to ${Math.round(late.reduce((one, other) => Math.max(one, other)))} ms after the acknowledgement`)
  return { backwards: older.length + again.length, shownMs, violations }
}

function framesByPoll ({ frames }: Sight): Frame[][] {
  return Array.from(groupBy(frames, ({ results }) => results.pollId).values())
}

/** Eleven frames that came within less than a second; they may come a little closer together than they were sent. What somebody asked for is no such frame. */
function isCrowded (frames: Frame[]): boolean {
  const sent = frames.filter(({ kind }) => kind === 'event')
  return sent.some(({ at }, index) => at - (sent[index - 10]?.at ?? Number.NEGATIVE_INFINITY) < 900)
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
export async function findWrongTallies (pollIds: string[], ledger: Sql): Promise<string[]> {
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

/** When the time for something that was acknowledged at `at` begins: at the end of an outage that came before it was over. */
function awaitOutages (at: number, outages: Outage[], withinMs: number): number {
  return outages.reduce((from, outage) => outage.from < from + withinMs && outage.to > from ? outage.to : from, at)
}

/**
 * Milliseconds from the acknowledgement until this connection was shown it; none for one that was not there all the time.
 * @param beginOf when the time for something that was acknowledged then begins
 */
function timeToShow ({ outcome, endedAt }: Attempt, { connectedAt, endedAt: leftAt = Number.POSITIVE_INFINITY }: Sight, frames: Frame[], beginOf: (at: number) => number): number[] {
  if (outcome === 'lost' || !('receipt' in outcome) || outcome.receipt.version === undefined || endedAt < connectedAt) return []
  const { version } = outcome.receipt
  const shown = findReached(frames, version)
  if (shown !== undefined) return [Math.max(0, shown.at - beginOf(endedAt))]
  return leftAt === Number.POSITIVE_INFINITY ? [Number.POSITIVE_INFINITY] : []
}

/** The first frame with this version or a newer one. Versions rise, else that is a violation of its own. */
function findReached (frames: Frame[], version: number): Frame | undefined {
  let [from, to] = [0, frames.length]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if ((frames[middle]?.results.version ?? 0) >= version) to = middle
    else from = middle + 1
  }
  return frames[from]
}
