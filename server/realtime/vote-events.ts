import type { BallotBox, VoteRequest } from '../polls/ballot-box.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { resultsAudience } from '../polls/visibility.ts'
import { isUuid } from '../protocol/common.ts'
import { clientEvents } from '../protocol/events.ts'
import type { Answer, Receipt } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { voterIn, type VoterClaims } from '../rooms/voter-identity.ts'
import { clientEvent, type ClientEventHandler, type Reply } from './client-event.ts'
import { votedRoom } from './rooms.ts'
import { claimsOf, type LiveSocket } from './socket-types.ts'

/** A vote's first room: checked here, counted in the ballot box, acknowledged after its commit. */
export function voteEvents ({ ballotBox, board }: { ballotBox: BallotBox, board: ResultsBoard }) {
  /** Who votes may see what only voters see, from now on or no more. */
  function followResults (socket: LiveSocket, claims: VoterClaims, answer: Answer | null, receipt: Receipt): void {
    const snapshot = board.get(receipt.pollId)
    if (snapshot === undefined) return
    const { access } = snapshot.staff
    // Who has signed out meanwhile, or become a code's voter, is somebody else now.
    if (voterIn(access, claims) !== voterIn(access, claimsOf(socket))) return
    const room = votedRoom(receipt.pollId, receipt.round, access)
    // By the answer, not by the status: a withdrawal that is sent again is answered `unchanged`.
    if (answer === null) void socket.leave(room)
    if (answer === null || socket.rooms.has(room)) return
    void socket.join(room)
    if (snapshot.results.round === receipt.round && resultsAudience(snapshot.poll) === 'voted') {
      socket.emit('results', snapshot.results)
    }
  }

  function cast (socket: LiveSocket, { pollId, answer, round }: Omit<VoteRequest, keyof VoterClaims>, reply: Reply<Receipt>): void {
    if (!isUuid(pollId)) return reply(new PlenumError('poll_not_found'))
    socket.data.isNewVoter = false
    const claims = claimsOf(socket)
    ballotBox.cast({ pollId, ...claims, answer, round }, (outcome) => {
      reply(outcome)
      if (!(outcome instanceof PlenumError)) followResults(socket, claims, answer, outcome)
    })
  }

  return {
    'vote:cast': clientEvent(clientEvents['vote:cast'], (socket, vote, reply) => {
      cast(socket, vote, reply)
    }),

    'vote:withdraw': clientEvent(clientEvents['vote:withdraw'], (socket, { pollId }, reply) => {
      cast(socket, { pollId, answer: null }, reply)
    })
  } satisfies Record<string, ClientEventHandler>
}
