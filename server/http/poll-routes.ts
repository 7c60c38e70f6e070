import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { PollCommand } from '../polls/lifecycle.ts'
import type { PollService } from '../polls/poll-service.ts'
import { hostBodyOf } from '../polls/poll-snapshot.ts'
import { bodyFor, type PollViews } from '../polls/poll-views.ts'
import { Closed, Page } from '../protocol/common.ts'
import { Participation } from '../protocol/participation.ts'
import { ListedPoll, NewPoll, Poll, PollEdit, PollListQuery } from '../protocol/poll.ts'
import type { Authentication } from './authentication.ts'
import { etagOf, isFresh, privateCache, publicCache, readCursor, readId, readIfMatch, refuseBody, toPage, type AnswerCounts } from './conventions.ts'
import { answer, anyoneSecurity, hostSecurity, notModified, problemResponses } from './openapi.ts'

export interface PollRoutesOptions {
  polls: PollService
  views: PollViews
  authentication: Authentication
  readParticipation: (pollId: string, userId: string) => Promise<Participation>
  answers: AnswerCounts
}

const commands: Record<PollCommand, string> = {
  open: 'Open a poll, or open it again',
  pause: 'Pause an open poll',
  close: 'Close a poll: its results become final',
  archive: 'Archive a draft or a closed poll',
  reset: 'Begin a new round; the old one stays readable'
}

export async function pollRoutes (instance: FastifyInstance, { polls, views, authentication, readParticipation, answers }: PollRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Polls'], security: hostSecurity }
  const pollIdOf = (params: unknown) => readId(params, 'pollId', 'poll_not_found')

  app.post('/polls', {
    schema: { ...common, operationId: 'createPoll', summary: 'Create a poll; without roomId in a new room', body: NewPoll, response: { 201: answer(Poll, 'The new poll', 'Location', 'ETag'), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const poll = hostBodyOf(await polls.create(user.id, request.body))
    return await reply.code(201).header('location', `/api/v1/polls/${poll.id}`).header('etag', etagOf(poll.revision)).send(poll)
  })

  app.get('/polls', {
    schema: { ...common, operationId: 'listPolls', summary: 'List the polls of the rooms that you manage, newest first', querystring: PollListQuery, response: { 200: Page(ListedPoll), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    const { user, scopes } = await authentication.requireHost(request, 'polls:read')
    const seesResults = scopes?.includes('results:read') !== false
    const { limit = 20, cursor, roomId, status } = request.query
    const found = await polls.list(user.id, { roomId, status, before: readCursor(cursor), limit: limit + 1 })
    return toPage(request, reply, found.map((one) => ({ ...hostBodyOf(one), ...(seesResults ? { voters: one.results.voters } : {}) })), limit, (poll) => poll.id)
  })

  app.get('/polls/:pollId', {
    schema: { ...common, security: anyoneSecurity, operationId: 'readPoll', summary: 'Read a poll', response: { 200: answer(Poll, 'The poll', 'ETag'), 304: notModified, ...problemResponses(401, 404) } }
  }, async (request, reply) => {
    const onlooker = await authentication.identifyOnlooker(request, 'polls:read')
    const snapshot = await views.find(pollIdOf(request.params), onlooker)
    const poll = bodyFor(snapshot, onlooker)
    reply.header('cache-control', poll.status === 'draft' || snapshot.secret !== null ? privateCache : publicCache)
    if (!isFresh(request, reply, poll.revision)) return poll
    answers.notModified += 1
    return await reply.code(304).send(null)
  })

  app.patch('/polls/:pollId', {
    schema: { ...common, operationId: 'editPoll', summary: 'Edit a poll', body: PollEdit, response: { 200: answer(Poll, 'The poll', 'ETag'), ...problemResponses(400, 401, 403, 404, 409, 412, 428) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const pollId = pollIdOf(request.params)
    const poll = hostBodyOf(await polls.edit(pollId, user.id, request.body, readIfMatch(request)))
    reply.header('etag', etagOf(poll.revision))
    return poll
  })

  app.delete('/polls/:pollId', {
    schema: { ...common, operationId: 'deletePoll', summary: 'Delete a poll with its ballots', response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 412, 428) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const pollId = pollIdOf(request.params)
    await polls.delete(pollId, user.id, readIfMatch(request))
    return await reply.code(204).send(null)
  })

  app.get('/polls/:pollId/participation', {
    schema: { ...common, operationId: 'readParticipation', summary: 'How many are connected, have joined, have voted and have not', response: { 200: Participation, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'results:read')
    reply.header('cache-control', privateCache)
    return await readParticipation(pollIdOf(request.params), user.id)
  })

  for (const command of ['open', 'pause', 'close', 'archive', 'reset'] as const) {
    app.post(`/polls/:pollId/${command}`, {
      schema: { ...common, operationId: `${command}Poll`, summary: commands[command], response: { 200: answer(Poll, 'The poll', 'ETag'), ...problemResponses(401, 403, 404, 409) } },
      preValidation: refuseBody
    }, async (request, reply) => {
      const { user } = await authentication.requireHost(request, 'polls:write')
      const poll = hostBodyOf(await polls.command(pollIdOf(request.params), user.id, command))
      reply.header('etag', etagOf(poll.revision))
      return poll
    })
  }

  app.post('/polls/:pollId/reveal', {
    schema: { ...common, operationId: 'revealResults', summary: 'Show the results to everyone or hide them, whatever the policy', body: Closed({ revealed: Type.Boolean() }), response: { 200: answer(Poll, 'The poll', 'ETag'), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const poll = hostBodyOf(await polls.reveal(pollIdOf(request.params), user.id, request.body.revealed))
    reply.header('etag', etagOf(poll.revision))
    return poll
  })
}
