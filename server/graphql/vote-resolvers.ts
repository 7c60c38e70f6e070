import type { Authentication } from '../http/authentication.ts'
import { readId } from '../http/conventions.ts'
import type { BallotBox } from '../polls/ballot-box.ts'
import { clientEvents } from '../protocol/events.ts'
import { createCheck, withoutNulls } from './arguments.ts'
import type { Arguments, GraphqlContext } from './context.ts'

export interface VoteResolversOptions {
  ballotBox: BallotBox
  authentication: Authentication
}

const checkVote = createCheck(clientEvents['vote:cast'])

export function voteResolvers ({ ballotBox, authentication }: VoteResolversOptions) {
  return {
    Mutation: {
      async castVote (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const claims = await authentication.requireCaster(request)
        const vote = checkVote(withoutNulls(given))
        return await ballotBox.castAndWait({ ...vote, pollId: readId(vote, 'pollId', 'poll_not_found'), ...claims })
      },

      async withdrawVote (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const claims = await authentication.requireCaster(request)
        return await ballotBox.castAndWait({ pollId: readId(given, 'pollId', 'poll_not_found'), ...claims, answer: null })
      }
    }
  }
}
