// What must be true of polls that were closed while people voted.
import type { Sql } from 'postgres'
import type { PollStatus } from '../../server/protocol/poll.ts'
import { groupBy } from './group-by.ts'
import type { Closing, Frame, History, Sight } from './history.ts'

interface StoredVersion { pollId: string, version: number, status: PollStatus, at: Date }

/** @param closedWithinMs what L2 allows, noise of the machine included */
export async function judgeClosings ({ attempts, sights, closings }: History, ledger: Sql, closedWithinMs: number): Promise<string[]> {
  const pollIds = closings.map(({ pollId }) => pollId)
  const rows = await ledger<StoredVersion[]>`
    SELECT poll_id AS "pollId", version::int, status, at FROM poll_versions WHERE poll_id = ANY(${pollIds}::uuid[]) ORDER BY poll_id, version`
  const after = await ledger<{ pollId: string, count: number }[]>`
    SELECT b.poll_id AS "pollId", count(*)::int FROM ballots b JOIN poll_versions v ON v.poll_id = b.poll_id AND v.status = 'closed'
    WHERE b.poll_id = ANY(${pollIds}::uuid[]) AND (b.version >= v.version OR b.at > v.at) GROUP BY b.poll_id`
  const late = await ledger<{ pollId: string, count: number }[]>`
    SELECT b.poll_id AS "pollId", count(*)::int FROM ballots b JOIN polls p ON p.id = b.poll_id
    WHERE b.poll_id = ANY(${pollIds}::uuid[]) AND b.at >= p.closes_at GROUP BY b.poll_id`
  const newest = new Map((await ledger<{ pollId: string, version: number }[]>`
    SELECT poll_id AS "pollId", max(version)::int AS version FROM ballots WHERE poll_id = ANY(${pollIds}::uuid[]) GROUP BY poll_id`).map(({ pollId, version }) => [pollId, version]))
  const tallies = new Map((await ledger<{ pollId: string, version: number }[]>`
    SELECT poll_id AS "pollId", version::int FROM tallies WHERE poll_id = ANY(${pollIds}::uuid[])`).map(({ pollId, version }) => [pollId, version]))
  const versions = groupBy(rows, ({ pollId }) => pollId)
  const finals = groupBy(sights.flatMap((sight) => sight.frames.filter(({ results }) => results.final).map((frame) => ({ sight, frame }))), ({ frame }) => frame.results.pollId)
  const receipts = groupBy(attempts, ({ pollId }) => pollId)

  return closings.flatMap((closing) => {
    const { pollId } = closing
    const ofPoll = versions.get(pollId) ?? []
    const closed = ofPoll.at(-1)
    const found = [
      ...findWrongTransitions(closing, ofPoll, closedWithinMs),
      ...[...after, ...late].filter((row) => row.pollId === pollId).map(({ count }) => `V5: ${count} ballots count after the close`)
    ]
    if (closed === undefined) return found
    if (tallies.get(pollId) !== closed.version) found.push(`R7: the stored version is ${tallies.get(pollId)}, and the close made ${closed.version}`)
    const before = newest.get(pollId) ?? ofPoll.at(-2)?.version ?? 0
    if (closed.version !== before + 1) found.push(`R1: the close made version ${closed.version} after version ${before}`)
    const newer = (receipts.get(pollId) ?? []).filter(({ outcome }) => outcome !== 'lost' && 'receipt' in outcome && (outcome.receipt.version ?? 0) >= closed.version)
    if (newer.length > 0) found.push(`V5: ${newer.length} receipts are not older than the close`)
    const ofFinals = finals.get(pollId) ?? []
    found.push(...findWrongFinals(ofFinals.map(({ frame }) => frame), closed.version), ...findRepeated(closing, sights, ofFinals))
    return found.map((sentence) => `${sentence} (poll ${pollId})`)
  })
}

/** Whoever closes it, and however many timers fire: a draft opens once and closes once. */
function findWrongTransitions ({ closesAt }: Closing, versions: StoredVersion[], closedWithinMs: number): string[] {
  const statuses = versions.map(({ status }) => status).join(' ')
  const closed = versions.at(-1)
  const lateByMs = closed === undefined || closesAt === undefined ? 0 : closed.at.getTime() - closesAt.getTime()
  return [
    ...(statuses === 'draft open closed' ? [] : [`L2: it was ${statuses}, and should be draft, open and closed once each`]),
    ...(lateByMs <= closedWithinMs ? [] : [`L2: it closed ${lateByMs} ms late`]),
    ...(lateByMs >= 0 ? [] : [`L2: it closed ${-lateByMs} ms early`])
  ]
}

/** Everybody on every instance, and every instance when it is asked, says the same at the end. */
function findWrongFinals (finals: Frame[], version: number): string[] {
  const [first] = finals
  if (first === undefined) return ['R7: nobody was shown final results']
  const differing = finals.filter(({ results }) => results.version !== version || JSON.stringify(results) !== JSON.stringify(first.results))
  return differing.length === 0 ? [] : [`R7: ${differing.length} final results are not those of version ${version}, or differ, as ${JSON.stringify(differing[0]?.results)}`]
}

/** The snapshot is sent once: to who was there all the time, and to nobody again. */
function findRepeated ({ earliestAt }: Closing, sights: Sight[], finals: { sight: Sight, frame: Frame }[]): string[] {
  const sent = new Map<Sight, number>()
  for (const { sight, frame } of finals) if (frame.kind === 'event') sent.set(sight, (sent.get(sight) ?? 0) + 1)
  const again = Array.from(sent.values()).filter((count) => count > 1)
  const without = sights.filter((sight) => sight.connectedAt < earliestAt && sight.endedAt === undefined && !sent.has(sight))
  return [
    ...(again.length === 0 ? [] : [`R7: ${again.length} screens were sent the final results again`]),
    ...(without.length === 0 ? [] : [`R7: ${without.length} screens that were there all the time were not sent the final results`])
  ]
}
