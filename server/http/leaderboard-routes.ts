import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Leaderboard, LeaderboardQuery, ParticipantName } from '../protocol/leaderboard.ts'
import type { LeaderboardService } from '../quiz/leaderboard-service.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId } from './conventions.ts'
import { anyoneSecurity, problemResponses, voterSecurity } from './openapi.ts'

export interface LeaderboardRoutesOptions {
  leaderboard: LeaderboardService
  authentication: Authentication
}

export async function leaderboardRoutes (instance: FastifyInstance, { leaderboard, authentication }: LeaderboardRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')

  app.get('/rooms/:roomId/leaderboard', {
    schema: { tags: ['Rooms'], security: anyoneSecurity, operationId: 'readLeaderboard', summary: 'Points of the quizzes that have been revealed; `mine` are those of the voter who asks', querystring: LeaderboardQuery, response: { 200: Leaderboard, ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'results:read')
    reply.header('cache-control', privateCache)
    return await leaderboard.find(roomIdOf(request.params), onlooker, request.query.limit ?? 10)
  })

  app.put('/rooms/:roomId/name', {
    schema: { tags: ['Rooms'], security: voterSecurity, operationId: 'setName', summary: 'Choose what you are called in a room', body: ParticipantName, response: { 200: ParticipantName, ...problemResponses(400, 401, 403, 404) } }
  }, async (request) => {
    const claims = await authentication.requireVoter(request)
    await leaderboard.setName(roomIdOf(request.params), claims, request.body.name)
    return request.body
  })
}
