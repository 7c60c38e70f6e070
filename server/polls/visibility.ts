import type { Poll } from '../protocol/poll.ts'

/** Who sees the current results of a poll: nobody but hosts, those who voted too, or everyone. */
export type Audience = 'hosts' | 'voted' | 'everyone'

export type VisibilityRule = Pick<Poll, 'status' | 'resultsVisibility' | 'revealed'>

/** The one rule of who may see results; every transport asks it. A presenter's reveal or hiding goes before the policy. */
export function resultsAudience (poll: VisibilityRule): Audience {
  if (poll.status === 'draft') return 'hosts'
  if (poll.revealed !== null) return poll.revealed ? 'everyone' : 'hosts'
  switch (poll.resultsVisibility) {
    case 'live': return 'everyone'
    case 'after_vote': return poll.status === 'closed' || poll.status === 'archived' ? 'everyone' : 'voted'
    case 'after_close': return poll.status === 'closed' || poll.status === 'archived' ? 'everyone' : 'hosts'
    case 'hosts': return 'hosts'
    default: return poll.resultsVisibility satisfies never
  }
}

export interface Viewer {
  isHost: boolean
  hasVoted: boolean
}

export function maySeeResults (poll: VisibilityRule, viewer: Viewer): boolean {
  const audience = resultsAudience(poll)
  return viewer.isHost || audience === 'everyone' || (audience === 'voted' && viewer.hasVoted)
}

/** A draft is nobody's business but its hosts'. */
export function maySeePoll (poll: VisibilityRule, viewer: Pick<Viewer, 'isHost'>): boolean {
  return viewer.isHost || poll.status !== 'draft'
}
