import type { Authentication } from '../http/authentication.ts'
import { readCursor, readId, pageOf } from '../http/conventions.ts'
import type { PollCommand } from '../polls/lifecycle.ts'
import type { PollService } from '../polls/poll-service.ts'
import { hostBodyOf } from '../polls/poll-snapshot.ts'
import { bodyFor, type PollViews } from '../polls/poll-views.ts'
import type { ResultsBoard } from '../polls/results-board.ts'
import { NewPoll, PollListQuery, type Answer, type Poll, type Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { createCheck, withoutNulls } from './arguments.ts'
import type { Arguments, GraphqlContext } from './context.ts'

export interface PollResolversOptions {
  polls: PollService
  views: PollViews
  board: ResultsBoard
  authentication: Authentication
}

const checkListQuery = createCheck(PollListQuery)
const checkNewPoll = createCheck(NewPoll)
const pollIdOf = (given: Arguments) => readId(given, 'id', 'poll_not_found')

export function pollResolvers ({ polls, views, board, authentication }: PollResolversOptions) {
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
      async results (poll: Poll, { round }: Arguments, { lookWith }: GraphqlContext): Promise<Results | null> {
        try {
          return (await views.findResults(poll.id, lookWith('results:read'), typeof round === 'number' ? round : undefined)).results
        } catch (error) {
          if (error instanceof PlenumError && error.code === 'results_hidden') return null
          throw error
        }
      },

      async myVote (poll: Poll, _given: Arguments, { lookWith }: GraphqlContext): Promise<Answer | null> {
        return await views.findMyAnswer(poll.id, lookWith('votes:write'))
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
