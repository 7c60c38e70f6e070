import type { Answer, Poll, PollView, Results } from '../../server/protocol/poll.ts'

/** One poll as this device knows it. Pure: every function returns the view it was given when nothing changes. */
export type HeldView = Pick<PollView, 'poll' | 'results' | 'myVote'>

/** The reply to a join is the truth, except where this device already holds something newer. */
export function mergeView (held: HeldView | undefined, told: PollView): HeldView {
  const view = { poll: told.poll, results: told.results, myVote: told.myVote }
  if (held === undefined) return view
  if (told.poll.revision < held.poll.revision) return told.results === null ? held : withResults(held, told.results)
  if (held.results !== null && told.results !== null && told.results.version < held.results.version) view.results = held.results
  return view
}

export function withPoll (view: HeldView, poll: Poll): HeldView {
  if (poll.revision <= view.poll.revision) return view
  const myVote = poll.round === view.poll.round ? view.myVote : null
  return { poll, myVote, results: areResultsShown(poll, myVote !== null) ? view.results : null }
}

export function withResults (view: HeldView, results: Results): HeldView {
  if (view.results !== null && results.version <= view.results.version) return view
  return { ...view, results }
}

export function withMyVote (view: HeldView, round: number, answer: Answer | null): HeldView {
  if (view.poll.round !== round) return view
  // Who takes the vote back no longer sees what only voters see.
  const mayStaySeen = answer !== null || areResultsShown(view.poll, false)
  return { ...view, myVote: answer, results: mayStaySeen ? view.results : null }
}

/** Results of the round that is running; null while hidden, or while those of a new round are on their way. */
export function currentResults (view: HeldView): Results | null {
  return view.results?.round === view.poll.round ? view.results : null
}

/**
 * Whether the audience may see results. The server decides it; this only takes them off the screen
 * when an event hides what was shown before, and finds the words for it.
 */
export function areResultsShown (poll: Poll, hasVoted: boolean): boolean {
  if (poll.revealed !== null) return poll.revealed
  const isOver = poll.status === 'closed' || poll.status === 'archived'
  switch (poll.resultsVisibility) {
    case 'live': return true
    case 'after_vote': return hasVoted || isOver
    case 'after_close': return isOver
    case 'hosts': return false
    default: return poll.resultsVisibility satisfies never
  }
}
