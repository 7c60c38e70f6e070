import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Reviews } from '../polls/reviews.ts'
import { isUuid, Page } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'
import { Response, ResponseQuery, ResponseReview } from '../protocol/response.ts'
import type { Authentication } from './authentication.ts'
import { readId, toPage } from './conventions.ts'
import { anyoneSecurity, hostSecurity, problemResponses } from './openapi.ts'

export interface ResponseRoutesOptions {
  reviews: Reviews
  authentication: Authentication
}

export async function responseRoutes (instance: FastifyInstance, { reviews, authentication }: ResponseRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const pollIdOf = (params: unknown) => readId(params, 'pollId', 'poll_not_found')

  app.get('/polls/:pollId/responses', {
    schema: { tags: ['Results'], security: anyoneSecurity, operationId: 'listResponses', summary: 'What people wrote, newest first; what is held or removed only for those who manage the room', querystring: ResponseQuery, response: { 200: Page(Response), ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'results:read')
    const { limit = 20, cursor, review = 'shown', round } = request.query
    const { found, isStaff } = await reviews.list(pollIdOf(request.params), onlooker, { review, round, after: readPosition(cursor), limit: limit + 1 })
    const { items, nextCursor } = toPage(request, reply, found, limit, ({ version, voterId }) => `${version}:${voterId}`)
    return { items: isStaff ? items : items.map(({ voterId: _voterId, ...response }) => response), nextCursor }
  })

  app.put('/polls/:pollId/responses/:voterId', {
    schema: { tags: ['Results'], security: hostSecurity, operationId: 'reviewResponse', summary: 'Take a response out, hold it, or let it in', body: ResponseReview, response: { 200: Response, ...problemResponses(400, 401, 403, 404, 409, 503) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await reviews.review(pollIdOf(request.params), user.id, readId(request.params, 'voterId', 'not_found'), request.body.review)
  })
}

/** The response after which a page starts. Throws validation_failed for a cursor that is not ours. */
function readPosition (cursor: string | undefined): { version: number, voterId: string } | undefined {
  if (cursor === undefined) return undefined
  const [version = '', voterId = ''] = Buffer.from(cursor, 'base64url').toString().split(':')
  if (!/^\d{1,15}$/.test(version) || !isUuid(voterId)) {
    throw new PlenumError('validation_failed', { detail: 'The cursor is not valid.', errors: [{ pointer: '/querystring/cursor', detail: 'is not valid' }] })
  }
  return { version: Number(version), voterId }
}
