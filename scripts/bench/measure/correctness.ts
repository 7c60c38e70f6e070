// A figure counts only if everything that was acknowledged is stored, counted and shown.
import type { WatchReport } from '../generator/audience.ts'
import type { Crowd } from '../crowd.ts'
import type { OpenPoll } from '../subject.ts'

/**
 * What is wrong, in words; empty when nothing is. To be called after the last vote, while the crowd is still there.
 * @param earlier votes that were stored in this poll before this crowd came
 */
export async function findErrors (poll: OpenPoll, crowd: Crowd, watched: WatchReport[], earlier = 0): Promise<string[]> {
  const errors = watched.flatMap((report) => report.complaints)
  const stored = await poll.readStored?.()
  if (stored === undefined) return errors
  const { acknowledged, refused, unanswered } = crowd.cast
  const votes = stored.ballots - earlier
  // After refusals a voter may choose what is stored already; such a vote is acknowledged without a row.
  if (votes < acknowledged - refused || votes > acknowledged + unanswered) {
    errors.push(`${acknowledged} votes acknowledged, ${refused} refused, ${unanswered} without an answer, but ${votes} stored`)
  }
  if (!isSame(stored.counts, stored.recount)) errors.push(`counts ${JSON.stringify(stored.counts)}, a recount says ${JSON.stringify(stored.recount)}`)
  if (watched.some((report) => report.sockets > 0)) {
    for (const text of new Set(watched.flatMap((report) => report.lastMessages))) {
      const shown = readCounts(text)
      if (shown === null || !isSame(shown, stored.counts)) errors.push(`somebody was last shown ${text === '' ? 'nothing' : text}, stored are ${JSON.stringify(stored.counts)}`)
    }
  }
  return errors
}

/** The object under `counts`, anywhere in the message. */
export function readCounts (text: string): Record<string, number> | null {
  const found = /"counts":(\{[^{}]*\})/.exec(text)
  return found?.[1] === undefined ? null : JSON.parse(found[1])
}

function isSame (a: Record<string, number>, b: Record<string, number>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return Array.from(keys).every((key) => (a[key] ?? 0) === (b[key] ?? 0))
}
