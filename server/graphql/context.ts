import type { FastifyRequest } from 'fastify'
import type { Onlooker } from '../polls/poll-views.ts'
import type { ApiScope } from '../protocol/identity.ts'

/** What resolvers know of who asks. */
export type GraphqlContext = {
  request: FastifyRequest
  /**
   * Who looks, for what REST asks this scope of a key. Throws forbidden for a key without it. What only hosts or voters may do asks the
   * authentication itself, as REST does.
   */
  lookWith: (scope: ApiScope) => Onlooker
  operationName: string | undefined
}

export type Arguments = Record<string, unknown>
