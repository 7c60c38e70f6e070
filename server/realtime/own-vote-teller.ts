import type { MyVotes } from '../polls/my-votes.ts'
import { heldPart } from '../polls/ballot.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import type { OwnVote } from '../protocol/poll.ts'
import { voterIn } from '../rooms/voter-identity.ts'
import type { Hint } from './hint.ts'
import type { createRoomEmitter } from './room-emitter.ts'
import { pollRoom } from './rooms.ts'
import { claimsOf, type LiveServer, type LiveSocket } from './socket-types.ts'
import { createTicker } from './ticker.ts'

/** A moderator who goes to and fro is followed no faster than this. */
const intervalMs = 100

export interface OwnVoteTellerOptions {
  io: LiveServer
  board: ResultsBoard
  myVotes: MyVotes
  emitter: Pick<ReturnType<typeof createRoomEmitter>, 'members'>
  publish: (hint: Hint) => void
  onError: (error: unknown, sentence: string) => void
}

export type OwnVoteTeller = ReturnType<typeof startOwnVoteTeller>

/**
 * Tells voters, on every instance, how their own vote stands after a review. Between instances goes only whose vote it is; the vote itself is
 * read from the database, and sent to nobody else's sockets (R6).
 */
export function startOwnVoteTeller ({ io, board, myVotes, emitter, publish, onError }: OwnVoteTellerOptions) {
  const { sockets } = io.of('/')

  function socketsOf (pollId: string, voterId: string): LiveSocket[] {
    const access = board.peek(pollId)?.staff.access
    if (access === undefined) return []
    return emitter.members([pollRoom(pollId)]).flatMap((id) => {
      const socket = sockets.get(id)
      return socket !== undefined && voterIn(access, claimsOf(socket)) === voterId ? [socket] : []
    })
  }

  async function tell (pollId: string, voterId: string): Promise<void> {
    if (socketsOf(pollId, voterId).length === 0) return
    const vote = await myVotes.find(pollId, voterId)
    if (vote === undefined || vote.answer === null) return
    const told: OwnVote = { pollId, round: vote.round, myVote: vote.answer, ...heldPart(vote), castAt: vote.castAt.toISOString() }
    // Once more: who has signed out meanwhile, or become a code's voter, is somebody else now.
    for (const socket of socketsOf(pollId, voterId)) socket.emit('vote', told)
  }

  const ticker = createTicker(intervalMs, async (key) => {
    const [pollId = '', voterId = ''] = key.split(' ')
    try {
      await tell(pollId, voterId)
    } catch (error) {
      // The next join tells it.
      onError(error, 'a voter could not be told of a review')
    }
  })
  const heard = (pollId: string, voterId: string) => { ticker.touch(`${pollId} ${voterId}`) }

  return {
    /** Committed here. */
    changed (pollId: string, voterId: string): void {
      publish({ type: 'reviewed', pollId, voterId })
      heard(pollId, voterId)
    },
    /** Told by another instance. */
    heard,
    stop: ticker.stop
  }
}
