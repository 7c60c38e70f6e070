import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Page } from '../protocol/common.ts'
import type { ApiScope } from '../protocol/identity.ts'
import { NewQuestion, Question, QuestionEdit, QuestionMerge, QuestionQuery, QuestionVote } from '../protocol/question.ts'
import type { QuestionService } from '../questions/question-service.ts'
import type { QuestionVotes } from '../questions/question-votes.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId, refuseBody, toPage } from './conventions.ts'
import { placeOf, readPlaceCursor } from './cursors.ts'
import { anyoneSecurity, hostSecurity, problemResponses, voterSecurity } from './openapi.ts'

export interface QuestionRoutesOptions {
  questions: QuestionService
  questionVotes: QuestionVotes
  authentication: Authentication
}

export async function questionRoutes (instance: FastifyInstance, { questions, questionVotes, authentication }: QuestionRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['Questions']
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')
  const questionIdOf = (params: unknown) => readId(params, 'questionId', 'not_found')

  app.post('/rooms/:roomId/questions', {
    schema: { tags, security: voterSecurity, operationId: 'askQuestion', summary: 'Ask a question; it may wait for a moderator', body: NewQuestion, response: { 201: Question, ...problemResponses(400, 401, 403, 404, 409, 429) } }
  }, async (request, reply) => {
    const claims = await authentication.requireCaster(request)
    reply.header('cache-control', privateCache)
    return await reply.code(201).send(await questions.ask(roomIdOf(request.params), claims, request.body))
  })

  app.get('/rooms/:roomId/questions', {
    schema: { tags, security: anyoneSecurity, operationId: 'listQuestions', summary: 'The questions of a room; those that wait or were dismissed only for those who manage the room and for their author', querystring: QuestionQuery, response: { 200: Page(Question), ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'results:read')
    const { limit = 20, cursor, sort = 'votes', status } = request.query
    const found = await questions.list(roomIdOf(request.params), onlooker, { sort, status, after: readPlaceCursor(cursor), limit: limit + 1 })
    return toPage(request, reply, found, limit, placeOf)
  })

  for (const [method, isFor] of [['PUT', true], ['DELETE', false]] as const) {
    app.route({
      method,
      url: '/questions/:questionId/vote',
      schema: {
        tags, security: voterSecurity, operationId: isFor ? 'voteForQuestion' : 'withdrawQuestionVote', summary: isFor ? 'Vote for a question; once, however often it is sent' : 'Take the vote for a question back', response: { 200: QuestionVote, ...problemResponses(401, 403, 404, 409, 429, 503) }
      },
      preValidation: refuseBody,
      handler: async (request, reply) => {
        const claims = await authentication.requireCaster(request)
        reply.header('cache-control', privateCache)
        return await questionVotes.cast(questionIdOf(request.params), claims, isFor)
      }
    })
  }

  app.patch('/questions/:questionId', {
    schema: { tags, security: hostSecurity, operationId: 'editQuestion', summary: 'Let a question in, mark it as answered, dismiss or pin it, or undo that', body: QuestionEdit, response: { 200: Question, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await questions.edit(questionIdOf(request.params), user.id, request.body)
  })

  app.post('/questions/:questionId/merge', {
    schema: { tags, security: hostSecurity, operationId: 'mergeQuestion', summary: 'Give a question\'s votes to another that asks the same', body: QuestionMerge, response: { 200: Question, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await questions.merge(questionIdOf(request.params), user.id, request.body.into.toLowerCase())
  })

  app.post('/questions/:questionId/unmerge', {
    schema: { tags, security: hostSecurity, operationId: 'unmergeQuestion', summary: 'Undo a merge; both have their own votes again', response: { 200: Question, ...problemResponses(400, 401, 403, 404) } },
    preValidation: refuseBody
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await questions.unmerge(questionIdOf(request.params), user.id)
  })

  app.delete('/questions/:questionId', {
    schema: { tags, security: [...hostSecurity, ...voterSecurity], operationId: 'deleteQuestion', summary: 'Delete a question: one\'s own until it is answered, or any of a room that one runs', response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 409, 429) } }
  }, async (request, reply) => {
    const { host, voterId } = await authentication.identify(request)
    const may = (scope: ApiScope) => host !== undefined && (host.scopes === undefined || host.scopes.includes(scope))
    const caller = host !== undefined && may('polls:write')
      ? { hostId: (await authentication.requireHost(request, 'polls:write')).user.id, claims: may('votes:write') ? { voterId, userId: host.user.id } : {} }
      : { claims: await authentication.requireCaster(request) }
    await questions.remove(questionIdOf(request.params), caller)
    return await reply.code(204).send(null)
  })
}
