import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ModerationService } from '../moderation/moderation-service.ts'
import { Closed } from '../protocol/common.ts'
import { BannedVoter, BlockedWords } from '../protocol/response.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId, refuseBody } from './conventions.ts'
import { hostSecurity, problemResponses } from './openapi.ts'

export interface ModerationRoutesOptions {
  moderation: ModerationService
  authentication: Authentication
}

export async function moderationRoutes (instance: FastifyInstance, { moderation, authentication }: ModerationRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Rooms'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')
  const voterIdOf = (params: unknown) => readId(params, 'voterId', 'not_found')

  app.get('/rooms/:roomId/blocked-words', {
    schema: { ...common, operationId: 'readBlockedWords', summary: 'Words that hold an open answer for review', response: { 200: BlockedWords, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    reply.header('cache-control', privateCache)
    return await moderation.readBlockedWords(roomIdOf(request.params), user.id)
  })

  app.put('/rooms/:roomId/blocked-words', {
    schema: { ...common, operationId: 'setBlockedWords', summary: 'Replace the words that hold an open answer for review', body: BlockedWords, response: { 200: BlockedWords, ...problemResponses(400, 401, 403, 404) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await moderation.setBlockedWords(roomIdOf(request.params), user.id, request.body)
  })

  app.get('/rooms/:roomId/bans', {
    schema: { ...common, operationId: 'listBans', summary: 'Voters who may not vote in the room', response: { 200: Closed({ items: Type.Array(BannedVoter) }), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    reply.header('cache-control', privateCache)
    return { items: await moderation.listBanned(roomIdOf(request.params), user.id) }
  })

  app.put('/rooms/:roomId/bans/:voterId', {
    schema: { ...common, operationId: 'banVoter', summary: 'Keep a voter from voting in the room; what counts already stays', response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 409) } },
    preValidation: refuseBody
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    await moderation.ban(roomIdOf(request.params), user.id, voterIdOf(request.params))
    return await reply.code(204).send(null)
  })

  app.delete('/rooms/:roomId/bans/:voterId', {
    schema: { ...common, operationId: 'unbanVoter', summary: 'Let a voter vote again', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    await moderation.unban(roomIdOf(request.params), user.id, voterIdOf(request.params))
    return await reply.code(204).send(null)
  })
}
