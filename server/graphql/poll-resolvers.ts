import type { Authentication } from '../http/authentication.ts'
import { readCursor, readId, pageOf } from '../http/conventions.ts'
import { readRoundCursor } from '../http/cursors.ts'
import type { PollCommand } from '../polls/lifecycle.ts'
import type { PollService } from '../polls/poll-service.ts'
import { hostBodyOf } from '../polls/poll-snapshot.ts'
import { bodyFor, type PollViews } from '../polls/poll-views.ts'
import type { Replay } from '../polls/replay.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { PageQuery } from '../protocol/common.ts'
import { NewPoll, PollListQuery, ResultsQuery, TimelineQuery, type Answer, type Poll, type Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { createCheck, withoutNulls } from './arguments.ts'
import type { Arguments, GraphqlContext } from './context.ts'

export interface PollResolversOptions {
  polls: PollService
  views: PollViews
  replay: Replay
  board: ResultsBoard
  authentication: Authentication
}

const checkListQuery = createCheck(PollListQuery)
const checkNewPoll = createCheck(NewPoll)
const checkResultsQuery = createCheck(ResultsQuery)
const checkTimelineQuery = createCheck(TimelineQuery)
const checkPage = createCheck(PageQuery)
const pollIdOf = (given: Arguments) => readId(given, 'id', 'poll_not_found')

export function pollResolvers ({ polls, views, replay, board, authentication }: PollResolversOptions) {
  function commandResolver (command: PollCommand) {
    return async (_root: unknown, given: Arguments, { request }: GraphqlContext): Promise<Poll> => {
      const { user } = await authentication.requireHost(request, 'polls:write')
      return hostBodyOf(await polls.command(pollIdOf(given), user.id, command))
    }
  }

  return {
    Query: {
      async poll (_root: unknown, given: Arguments, { lookWith }: GraphqlContext) {
        const onlooker = lookWith('polls:read')
        return bodyFor(await views.find(pollIdOf(given), onlooker), onlooker)
      },

      async polls (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:read')
        const { limit = 20, cursor, roomId, status } = checkListQuery(withoutNulls(given))
        const found = await polls.list(user.id, { roomId, status, before: readCursor(cursor), limit: limit + 1 })
        // Their results are read from the board, which would ask storage for each poll that it does not hold.
        for (const snapshot of found) board.put(snapshot, 'load')
        return pageOf(found.map(hostBodyOf), limit, (poll) => poll.id)
      }
    },

    Poll: {
      async results (poll: Poll, given: Arguments, { lookWith }: GraphqlContext): Promise<Results | null> {
        const { round, version } = checkResultsQuery(withoutNulls(given))
        const onlooker = lookWith('results:read')
        return await unlessHidden(async () => (version === undefined
          ? await views.findResults(poll.id, onlooker, round)
          : await replay.findVersion(poll.id, onlooker, version, round)).results)
      },

      async timeline (poll: Poll, given: Arguments, { lookWith }: GraphqlContext): Promise<Results[] | null> {
        const { round, points = 100 } = checkTimelineQuery(withoutNulls(given))
        const onlooker = lookWith('results:read')
        return await unlessHidden(async () => await replay.listTimeline(poll.id, onlooker, { round, points }))
      },

      async rounds (poll: Poll, given: Arguments, { lookWith }: GraphqlContext) {
        const { limit = 20, cursor } = checkPage(withoutNulls(given))
        const onlooker = lookWith('results:read')
        const after = readRoundCursor(cursor)
        return await unlessHidden(async () => pageOf(await replay.listRounds(poll.id, onlooker, { after, limit: limit + 1 }), limit, ({ round }) => String(round)))
      },

      async myVote (poll: Poll, _given: Arguments, { lookWith }: GraphqlContext): Promise<Answer | null> {
        return (await views.findOwnVote(poll.id, lookWith('votes:write'))).myVote
      },

      async held (poll: Poll, _given: Arguments, { lookWith }: GraphqlContext): Promise<boolean | null> {
        return (await views.findOwnVote(poll.id, lookWith('votes:write'))).held ?? null
      }
    },

    Mutation: {
      async createPoll (_root: unknown, { input }: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:write')
        return hostBodyOf(await polls.create(user.id, checkNewPoll(input)))
      },

      openPoll: commandResolver('open'),
      pausePoll: commandResolver('pause'),
      closePoll: commandResolver('close'),
      archivePoll: commandResolver('archive'),
      resetPoll: commandResolver('reset'),

      async revealPoll (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:write')
        return hostBodyOf(await polls.reveal(pollIdOf(given), user.id, given.revealed === true))
      }
    }
  }
}

async function unlessHidden<T> (read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof PlenumError && error.code === 'results_hidden') return null
    throw error
  }
}
