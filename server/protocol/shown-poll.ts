import type { Poll } from './poll.ts'

/**
 * Which poll a screen shows: the one on stage, else the newest open one. Without either it stays with
 * the poll it was showing, so that a close is seen, until a host shows another or clears the stage.
 */
export function pickShownPoll (polls: readonly Poll[], currentPollId: string | null, previousId: string | null): string | null {
  const visible = polls.filter((poll) => poll.status !== 'draft' && poll.status !== 'archived')
  const staged = visible.find((poll) => poll.id === currentPollId)
  if (staged !== undefined) return staged.id
  const newestOpen = visible.filter((poll) => poll.status === 'open').sort(newestFirst)[0]
  if (newestOpen !== undefined) return newestOpen.id
  return visible.some((poll) => poll.id === previousId) ? previousId : null
}

function newestFirst (a: Poll, b: Poll): number {
  return Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1)
}
