import type { FastifyRequest } from 'fastify'
import { asPlenumError } from '../../polls/errors.ts'
import type { PollViews } from '../../polls/poll-views.ts'
import type { ResultsBoard } from '../../polls/results-board.ts'
import type { PageLanguage } from '../../protocol/languages.ts'
import { withOwnOrder } from '../../protocol/own-order.ts'
import { problems, type ErrorCode } from '../../protocol/problem.ts'
import { pickShownPoll } from '../../protocol/shown-poll.ts'
import { toJoinedRoom } from '../../rooms/room-board.ts'
import type { FindRoom } from '../../rooms/room-finder.ts'
import type { Authentication } from '../authentication.ts'
import { readRoomCode } from '../conventions.ts'
import type { Html } from './html.ts'
import { plainProblem, plainRoom, voteOutcomes, type Outcome } from './plain-room.ts'
import { loadWords, type Say } from './words.ts'

export interface PlainRoomsOptions {
  findRoom: FindRoom
  board: ResultsBoard
  views: PollViews
  authentication: Authentication
}

export type DrawRoom = (request: FastifyRequest, language: PageLanguage) => Promise<Html>

/** Draws the room of a request's code as whoever asks sees it. Never throws: what cannot be shown is said. */
export function createPlainRooms ({ findRoom, board, views, authentication }: PlainRoomsOptions): DrawRoom {
  async function draw (say: Say, request: FastifyRequest): Promise<Html> {
    const { room } = await findRoom(readRoomCode(request.params), request.ip)
    const onlooker = await authentication.identifyOnlooker(request)
    const polls = (await board.findRoom(room.id)).map(({ poll }) => poll)
    const { outcome, isPlain, shownPollId } = readQuery(request)
    const pollId = pickShownPoll(polls, room.currentPollId, shownPollId)
    const view = pollId === null ? undefined : (await views.prepareView(pollId, onlooker))()
    const joined = toJoinedRoom(room)
    // Whose order the options are in is known once the room is joined.
    const isForScript = !isPlain && view?.poll.shuffle !== true
    return plainRoom(say, {
      room: joined,
      view: view && { ...view, poll: withOwnOrder(view.poll, onlooker.voterId ?? '') },
      isSignedIn: onlooker.userId !== undefined,
      outcome,
      path: `/j/${room.code}`,
      isPlain,
      firstView: isForScript ? { room: joined, polls: view === undefined ? [] : [view], questions: null } : undefined
    })
  }

  return async (request, language) => {
    const say = await loadWords(language)
    try {
      return await draw(say, request)
    } catch (error) {
      const known = asPlenumError(error)
      if (known.status >= 500) request.log.warn({ err: error }, 'a room could not be drawn')
      return plainProblem(say, known.code)
    }
  }
}

/** `plain` asks for a page without its script, `vote` and `problem` are what came of a vote, `poll` is what was shown before: a close is to be seen. */
export function readQuery (request: FastifyRequest): { isPlain: boolean, outcome: Outcome, shownPollId: string | null } {
  const query = new URLSearchParams(request.url.split('?')[1])
  const problem = query.get('problem') ?? ''
  const vote = query.get('vote')
  return {
    isPlain: query.has('plain'),
    shownPollId: query.get('poll'),
    outcome: { vote: Object.values(voteOutcomes).find((one) => one === vote), problem: isErrorCode(problem) ? problem : undefined }
  }
}

function isErrorCode (code: string): code is ErrorCode {
  return Object.hasOwn(problems, code)
}
