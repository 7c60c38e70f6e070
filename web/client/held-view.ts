import type { Poll, PollView, Results } from '../../server/protocol/poll.ts'

/** One poll as this device knows it. Pure: every function returns the view it was given when nothing changes. */
export type HeldView = Pick<PollView, 'poll' | 'results' | 'myVote' | 'review'> & {
  /** When the own vote came to stand as it does; absent where that is not known. */
  castAt?: string
}
/** The own answer, and whether and why it is not counted. */
export type OwnVote = Pick<HeldView, 'myVote' | 'review' | 'castAt'>

/** The reply to a join is the truth, except where this device already holds something newer. */
export function mergeView (held: HeldView | undefined, told: PollView): HeldView {
  const view: HeldView = { poll: told.poll, results: told.results, ...ownVoteOf(told) }
  if (held === undefined) return view
  if (told.poll.revision < held.poll.revision) return told.results === null ? held : withResults(held, told.results)
  if (held.results !== null && told.results !== null && told.results.version < held.results.version) view.results = held.results
  return view
}

/** @param isStaff the server goes on showing this viewer what an event hides from the audience */
export function withPoll (view: HeldView, poll: Poll, isStaff = false): HeldView {
  if (poll.revision <= view.poll.revision) return view
  const own: OwnVote = poll.round === view.poll.round ? ownVoteOf(view) : { myVote: null }
  return { poll, ...own, results: isStaff || areResultsShown(poll, own.myVote !== null) ? view.results : null }
}

export function withResults (view: HeldView, results: Results): HeldView {
  if (view.results !== null && results.version <= view.results.version) return view
  return { ...view, results }
}

export function withMyVote (view: HeldView, round: number, own: OwnVote, isStaff = false): HeldView {
  if (view.poll.round !== round || isOlder(own, view)) return view
  // Who takes the vote back no longer sees what only voters see.
  const mayStaySeen = isStaff || own.myVote !== null || areResultsShown(view.poll, false)
  return { poll: view.poll, ...own, results: mayStaySeen ? view.results : null }
}

/** Of a vote as the server tells it, what is kept of it. */
export function ownVoteOf ({ myVote, review, castAt }: OwnVote): OwnVote {
  return { myVote, ...(review === undefined ? {} : { review }), ...(castAt === undefined ? {} : { castAt }) }
}

/** A review may be told late, when the voter has already changed the answer. */
function isOlder (told: OwnVote, held: OwnVote): boolean {
  return told.castAt !== undefined && held.castAt !== undefined && told.castAt < held.castAt
}

/** Results of the round that is running; null while hidden, or while those of a new round are on their way. */
export function currentResults (view: HeldView): Results | null {
  return view.results?.round === view.poll.round ? view.results : null
}

/** Whoever sees these results is staff: not even voting shows them to the audience. */
export function isForStaffOnly (poll: Poll): boolean {
  return !areResultsShown(poll, true)
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
