import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Replay } from '../polls/replay.ts'
import { Closed, Page, PageQuery } from '../protocol/common.ts'
import { Results, TimelineQuery } from '../protocol/poll.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId, toPage } from './conventions.ts'
import { readRoundCursor } from './cursors.ts'
import { anyoneSecurity, problemResponses } from './openapi.ts'

export interface ReplayRoutesOptions {
  replay: Replay
  authentication: Authentication
}

export async function replayRoutes (instance: FastifyInstance, { replay, authentication }: ReplayRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Results'], security: anyoneSecurity }
  const pollIdOf = (params: unknown) => readId(params, 'pollId', 'poll_not_found')

  app.get('/polls/:pollId/timeline', {
    schema: { ...common, operationId: 'readTimeline', summary: 'Results of a round as they were shown at its versions, the first and the last among them', querystring: TimelineQuery, response: { 200: Closed({ items: Type.Array(Results) }), ...problemResponses(400, 401, 403, 404, 503) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'results:read')
    const { round, points = 100 } = request.query
    reply.header('cache-control', privateCache)
    return { items: await replay.listTimeline(pollIdOf(request.params), onlooker, { round, points }) }
  })

  app.get('/polls/:pollId/rounds', {
    schema: { ...common, operationId: 'listRounds', summary: 'The last results of every round, oldest first', querystring: PageQuery, response: { 200: Page(Results), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'results:read')
    const { limit = 20, cursor } = request.query
    const found = await replay.listRounds(pollIdOf(request.params), onlooker, { after: readRoundCursor(cursor), limit: limit + 1 })
    return toPage(request, reply, found, limit, ({ round }) => String(round))
  })
}
