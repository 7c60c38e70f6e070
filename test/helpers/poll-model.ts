// What a poll must answer, by SPEC.md's rules in their plainest form: one poll in memory, one thing after the other.
import type { Answer, Poll, PollStatus, Receipt } from '../../server/protocol/poll.ts'

export type PollCommand = 'open' | 'pause' | 'close' | 'archive' | 'reset'

/** A vote that counts has a receipt; any other is refused by a code. */
export type VoteOutcome = Receipt['status'] | 'poll_not_found' | 'conflict' | 'not_found' | 'poll_paused' | 'poll_closed' | 'already_voted'

export interface ModelBallot { answer: Answer | null, status: Receipt['status'], version: number, castAt: string }

/** What anyone is shown at a version: never to change afterwards. */
export interface Shown { round: number, status: PollStatus, answers: Answer[] }

export interface ModelPoll {
  /** As it was created; of what changes, the rest of this tells. */
  body: Poll
  status: PollStatus
  round: number
  version: number
  revision: number
  /** Of this round, by voter: the ballot that counts. */
  ballots: Map<string, ModelBallot>
  shown: Map<number, Shown>
}

/** The rules V3, V4, V5 and V9 for one vote alone. */
export function expectedOutcome (
  poll: Pick<Poll, 'status' | 'round' | 'revote'>, stored: Answer | null | undefined, { answer, round }: { answer: Answer | null, round?: number | undefined }
): VoteOutcome {
  if (poll.status === 'draft') return 'poll_not_found'
  if (round !== undefined && round !== poll.round) return 'conflict'
  if (stored !== undefined && JSON.stringify(stored) === JSON.stringify(answer)) return 'unchanged'
  if (answer === null && poll.revote !== 'withdraw') return 'conflict'
  if (poll.status === 'paused') return 'poll_paused'
  if (poll.status !== 'open') return 'poll_closed'
  if (answer === null) return stored === undefined ? 'not_found' : 'withdrawn'
  if (stored != null && poll.revote === 'locked') return 'already_voted'
  return stored == null ? 'recorded' : 'changed'
}

export function modelOf (body: Poll): ModelPoll {
  const poll: ModelPoll = { body, status: 'draft', round: 1, version: 1, revision: 1, ballots: new Map(), shown: new Map() }
  show(poll, 1)
  return poll
}

/** R1: a version for each change that viewers see. */
function show (poll: ModelPoll, version: number): void {
  poll.version = version
  const answers = Array.from(poll.ballots.values(), ({ answer }) => answer).filter((answer) => answer !== null)
  poll.shown.set(version, { round: poll.round, status: poll.status, answers })
}

/** The vote that was accepted, as its receipt says; votes of one batch share a version. */
export function storeVote (poll: ModelPoll, voterId: string, answer: Answer | null, { status, version = 0, castAt }: Omit<Receipt, 'pollId' | 'round'>): void {
  poll.ballots.set(voterId, { answer, status, version, castAt })
  show(poll, version)
}

const allowedFrom: Record<PollCommand, readonly PollStatus[]> = {
  open: ['draft', 'paused', 'closed', 'open'],
  pause: ['open', 'paused'],
  close: ['open', 'paused', 'closed'],
  archive: ['draft', 'closed', 'archived'],
  reset: ['open', 'paused', 'closed']
}
const statusAfter = { open: 'open', pause: 'paused', close: 'closed', archive: 'archived', reset: 'paused' } as const

/** L1 and L3: false where the command does not fit. */
export function applyCommand (poll: ModelPoll, command: PollCommand): boolean {
  if (!allowedFrom[command].includes(poll.status)) return false
  const status = statusAfter[command]
  if (poll.status === status && command !== 'reset') return true
  poll.status = status
  poll.revision += 1
  if (command === 'reset') {
    poll.round += 1
    poll.ballots = new Map()
  }
  show(poll, poll.version + 1)
  return true
}

/** The last version of a round. */
export function lastVersionOf (poll: ModelPoll, round: number): number {
  return Math.max(...Array.from(poll.shown, ([version, shown]) => shown.round === round ? version : 0))
}
