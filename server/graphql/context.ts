import type { FastifyRequest } from 'fastify'
import type { Onlooker } from '../polls/poll-views.ts'

/** What resolvers know of who asks. */
export type GraphqlContext = {
  request: FastifyRequest
  /** Read once for each request. What only hosts or voters may do asks the authentication itself, as REST does. */
  onlooker: Onlooker
  operationName: string | undefined
}

export type Arguments = Record<string, unknown>
