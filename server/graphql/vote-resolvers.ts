import type { Authentication } from '../http/authentication.ts'
import { readId } from '../http/conventions.ts'
import type { BallotBox, VoteRequest } from '../polls/ballot-box.ts'
import { clientEvents } from '../protocol/events.ts'
import type { Receipt } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import { createCheck, withoutNulls } from './arguments.ts'
import type { Arguments, GraphqlContext } from './context.ts'

export interface VoteResolversOptions {
  ballotBox: BallotBox
  authentication: Authentication
}

const checkVote = createCheck(clientEvents['vote:cast'])

export function voteResolvers ({ ballotBox, authentication }: VoteResolversOptions) {
  const cast = async (vote: VoteRequest) => await new Promise<Receipt>((resolve, reject) => {
    ballotBox.cast(vote, (outcome) => { outcome instanceof PlenumError ? reject(outcome) : resolve(outcome) })
  })

  return {
    Mutation: {
      async castVote (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const claims = await authentication.requireCaster(request)
        const vote = checkVote(withoutNulls(given))
        return await cast({ ...vote, pollId: readId(vote, 'pollId', 'poll_not_found'), ...claims })
      },

      async withdrawVote (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const claims = await authentication.requireCaster(request)
        return await cast({ pollId: readId(given, 'pollId', 'poll_not_found'), ...claims, answer: null })
      }
    }
  }
}
