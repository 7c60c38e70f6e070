import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { PollOrders } from '../polls/poll-order.ts'
import { PollOrder } from '../protocol/room.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId } from './conventions.ts'
import { hostSecurity, problemResponses } from './openapi.ts'

export interface PollOrderRoutesOptions {
  orders: PollOrders
  authentication: Authentication
}

export async function pollOrderRoutes (instance: FastifyInstance, { orders, authentication }: PollOrderRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Rooms'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')

  app.get('/rooms/:roomId/polls/order', {
    schema: { ...common, operationId: 'readPollOrder', summary: 'All polls of a room in the host\'s order', response: { 200: PollOrder, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    reply.header('cache-control', privateCache)
    return await orders.read(roomIdOf(request.params), user.id)
  })

  app.put('/rooms/:roomId/polls/order', {
    schema: { ...common, operationId: 'setPollOrder', summary: 'Put the polls of a room in another order', body: PollOrder, response: { 200: PollOrder, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await orders.set(roomIdOf(request.params), user.id, request.body.pollIds)
  })
}
