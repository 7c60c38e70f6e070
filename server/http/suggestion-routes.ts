import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Suggestions } from '../polls/suggestions.ts'
import { Page } from '../protocol/common.ts'
import { NewSuggestion, Suggestion, SuggestionOutcome, SuggestionQuery, SuggestionReview } from '../protocol/suggestion.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readCursor, readId, toPage } from './conventions.ts'
import { hostSecurity, problemResponses, voterSecurity } from './openapi.ts'

export interface SuggestionRoutesOptions {
  suggestions: Suggestions
  authentication: Authentication
}

export async function suggestionRoutes (instance: FastifyInstance, { suggestions, authentication }: SuggestionRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['Polls']
  const pollIdOf = (params: unknown) => readId(params, 'pollId', 'poll_not_found')

  app.post('/polls/:pollId/suggestions', {
    schema: { tags, security: voterSecurity, operationId: 'suggestOption', summary: 'Suggest an option; it may wait for a moderator. The same text again is the same suggestion', body: NewSuggestion, response: { 200: SuggestionOutcome, ...problemResponses(400, 401, 403, 404, 409, 429, 503) } }
  }, async (request, reply) => {
    const claims = await authentication.requireCaster(request)
    reply.header('cache-control', privateCache)
    return await suggestions.suggest(pollIdOf(request.params), claims, request.body)
  })

  app.get('/polls/:pollId/suggestions', {
    schema: { tags, security: hostSecurity, operationId: 'listSuggestions', summary: 'The options that voters suggested, newest last', querystring: SuggestionQuery, response: { 200: Page(Suggestion), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'results:read')
    const { limit = 20, cursor, status } = request.query
    const found = await suggestions.list(user.id, { pollId: pollIdOf(request.params), status, after: readCursor(cursor), limit: limit + 1 })
    return toPage(request, reply, found, limit, ({ id }) => id)
  })

  app.patch('/suggestions/:suggestionId', {
    schema: { tags, security: hostSecurity, operationId: 'reviewSuggestion', summary: 'Make a suggestion an option of its poll, turn it down, or undo that while no ballot names the option', body: SuggestionReview, response: { 200: Suggestion, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return await suggestions.review(readId(request.params, 'suggestionId', 'not_found'), user.id, request.body)
  })
}
