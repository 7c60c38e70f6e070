import { keepJson } from '../polls/encoding.ts'
import { inOrder } from '../polls/poll-order.ts'
import type { PollViews } from '../polls/poll-views.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import type { QuestionService } from '../questions/question-service.ts'
import { isUuid } from '../protocol/common.ts'
import { clientEvents, type ClientEventReply } from '../protocol/events.ts'
import type { PollStatus, PollView } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { wrongAccessCode, type AccessCodeService } from '../rooms/access-code-service.ts'
import { toJoinedRoom, type RoomSnapshot } from '../rooms/room-board.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { managesRoom, roleOf, seesAsStaff } from '../rooms/staff.ts'
import { voterIn } from '../rooms/voter-identity.ts'
import { clientEvent, type ClientEventHandler } from './client-event.ts'
import { hostsRoom, isVotedRoom, pollRoom, questionHostsRoom, questionsRoom, stageRoom, votedRoom } from './rooms.ts'
import { claimsOf, isAudience, onlookerOf, type LiveSocket } from './socket-types.ts'

export interface JoinEventsOptions {
  rooms: RoomService
  /** By the code, for who connects from there. */
  findRoom: (typed: string, connection: LiveSocket['handshake']) => Promise<RoomSnapshot>
  accessCodes: AccessCodeService
  /** Counts one more code that does not exist. Throws rate_limited when it is one too many from this address. */
  countWrongCode: (connection: LiveSocket['handshake']) => Promise<void>
  board: ResultsBoard
  views: PollViews
  questions: QuestionService
  /** How many people its audience was last told of. */
  presentIn: (roomId: string) => number | undefined
  /** Called for every voter of the audience who joins a room. */
  noteJoin: (roomId: string, voterId: string) => void
}

// Typing errors are few; right codes are not counted.
const maxWrongCodes = 20

/** In a room's list for its audience: neither a draft nor archived. */
export function isListed (poll: { status: PollStatus }): boolean {
  return poll.status !== 'draft' && poll.status !== 'archived'
}

/** From now on this voter may vote anywhere, so the next join has to look for a vote. */
function handOutToken ({ data }: LiveSocket): string {
  data.isNewVoter = false
  return data.voterToken
}

/**
 * Joining subscribes first and reads the board last, so that nothing falls between the two: whatever is not in the answer comes as an
 * event. Joining again is the whole recovery after a reconnect.
 */
export function joinEvents ({ rooms, findRoom, accessCodes, countWrongCode, board, views, questions, presentIn, noteJoin }: JoinEventsOptions) {
  async function joinPoll (socket: LiveSocket, pollId: string): Promise<() => PollView> {
    const { staff } = await views.find(pollId, onlookerOf(socket))
    const voter = voterIn(staff.access, onlookerOf(socket))
    void socket.join(pollRoom(pollId))
    if (seesAsStaff(staff, onlookerOf(socket))) void socket.join(hostsRoom(pollId))
    const draw = await views.prepareView(pollId, onlookerOf(socket))
    return () => {
      const view = draw()
      // Who has signed out meanwhile, or become a code's voter, is somebody else now.
      const isSame = voter === voterIn(staff.access, onlookerOf(socket))
      if (view.myVote !== null && isSame) void socket.join(votedRoom(pollId, view.poll.round, staff.access))
      return view
    }
  }

  function leavePoll (socket: LiveSocket, pollId: string): void {
    for (const room of Array.from(socket.rooms)) {
      if (room === pollRoom(pollId) || room.startsWith(`${pollRoom(pollId)}:`)) void socket.leave(room)
    }
  }

  async function leaveRoom (socket: LiveSocket): Promise<void> {
    const { roomId } = socket.data
    if (roomId === undefined) return
    socket.data.roomId = undefined
    for (const room of [stageRoom(roomId), questionsRoom(roomId), questionHostsRoom(roomId)]) void socket.leave(room)
    for (const { poll } of await board.findRoom(roomId)) leavePoll(socket, poll.id)
  }

  /** From then on the socket is the code's voter. */
  async function redeem (socket: LiveSocket, roomId: string, accessCode: string): Promise<void> {
    const { data, handshake } = socket
    const redeemed = await accessCodes.redeem(roomId, accessCode, data.voterId)
    if (redeemed === undefined) {
      data.wrongCodes += 1
      if (data.wrongCodes > maxWrongCodes) throw new PlenumError('rate_limited', { retryAfterMs: 60_000 })
      await countWrongCode(handshake)
      throw wrongAccessCode()
    }
    if (data.isVoterShown && data.voterId === redeemed.voter.voterId) return
    Object.assign(data, redeemed.voter)
    data.isNewVoter = false
    data.isVoterShown = true
    // What the voter that it was has voted on is not what this one has.
    for (const room of Array.from(socket.rooms)) if (isVotedRoom(room)) void socket.leave(room)
  }

  return {
    'room:join': clientEvent<typeof clientEvents['room:join'], ClientEventReply['room:join']>(clientEvents['room:join'], async (socket, { code, accessCode }, reply) => {
      const { room: { id }, staff } = await findRoom(code, socket.handshake)
      if (accessCode !== undefined) await redeem(socket, id, accessCode)
      if (socket.data.roomId !== id) await leaveRoom(socket)
      socket.data.roomId = id
      void socket.join(stageRoom(id))
      void socket.join(questionsRoom(id))
      // Not whoever has the presenter link: what a projector shows is for all to read.
      if (managesRoom(staff, socket.data.host?.userId)) void socket.join(questionHostsRoom(id))
      const voter = voterIn(staff.access, claimsOf(socket))
      if (voter !== undefined && isAudience(socket, staff)) noteJoin(id, voter)
      const listed = (await board.findRoom(id)).filter(({ poll }) => isListed(poll))
      const draws = await Promise.all(listed.map(async ({ poll }) => await joinPoll(socket, poll.id)))
      const drawQuestions = await questions.prepareJoin(id, onlookerOf(socket))
      const { room, pollOrder, staff: staffNow } = await rooms.findByCode(code)
      const polls = inOrder(draws.map((draw) => draw()), ({ poll }) => poll.id, pollOrder)
      const role = roleOf(staffNow, socket.data.host?.userId)
      const present = presentIn(id)
      const joined = {
        room: toJoinedRoom(room), polls, questions: drawQuestions(), voterToken: handOutToken(socket), ...(role === undefined ? {} : { role }), ...(present === undefined ? {} : { present })
      }
      keepJson(joined, { questions: joined.questions })
      reply(joined)
    }),

    'room:leave': clientEvent(clientEvents['room:leave'], async (socket, _data, reply) => {
      await leaveRoom(socket)
      reply({})
    }),

    'poll:join': clientEvent<typeof clientEvents['poll:join'], ClientEventReply['poll:join']>(clientEvents['poll:join'], async (socket, { pollId }, reply) => {
      if (!isUuid(pollId)) throw new PlenumError('poll_not_found')
      const draw = await joinPoll(socket, pollId)
      reply({ ...draw(), voterToken: handOutToken(socket) })
    }),

    'poll:leave': clientEvent(clientEvents['poll:leave'], (socket, { pollId }, reply) => {
      leavePoll(socket, pollId)
      reply({})
    })
  } satisfies Record<string, ClientEventHandler>
}
