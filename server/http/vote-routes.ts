import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import type { BallotBox } from '../polls/ballot-box.ts'
import { jsonOf } from '../polls/encoding.ts'
import type { PollViews, VisibleResults } from '../polls/poll-views.ts'
import type { Replay } from '../polls/replay.ts'
import { Closed, Nullable } from '../protocol/common.ts'
import { Answer, Receipt, Results, ResultsQuery } from '../protocol/poll.ts'
import type { Authentication } from './authentication.ts'
import { isFresh, privateCache, publicCache, readId, type AnswerCounts } from './conventions.ts'
import { answer, anyoneSecurity, notModified, problemResponses, voterSecurity } from './openapi.ts'

export interface VoteRoutesOptions {
  ballotBox: BallotBox
  views: PollViews
  authentication: Authentication
  replay: Replay
  answers: AnswerCounts
}

const Vote = Closed({ answer: Answer, round: Type.Optional(Type.Integer({ minimum: 1 })) }, { examples: [{ answer: { choices: [1] } }] })
const MyVote = Closed({ answer: Nullable(Answer), receipt: Nullable(Receipt) })

export async function voteRoutes (instance: FastifyInstance, { ballotBox, views, authentication, answers, replay }: VoteRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Votes'], security: voterSecurity }
  const pollIdOf = (params: unknown) => readId(params, 'pollId', 'poll_not_found')

  app.put('/polls/:pollId/vote', {
    schema: { ...common, operationId: 'castVote', summary: 'Vote; the same vote again is answered unchanged', body: Vote, response: { 200: Receipt, ...problemResponses(400, 401, 403, 404, 409, 422, 429, 503) } }
  }, async (request, reply) => {
    const claims = await authentication.requireCaster(request)
    reply.header('cache-control', privateCache)
    return await ballotBox.castAndWait({ pollId: pollIdOf(request.params), ...claims, ...request.body })
  })

  app.delete('/polls/:pollId/vote', {
    schema: { ...common, operationId: 'withdrawVote', summary: 'Take the vote back, where the poll lets voters do so', response: { 200: Receipt, ...problemResponses(401, 403, 404, 409, 429, 503) } }
  }, async (request, reply) => {
    const claims = await authentication.requireCaster(request)
    reply.header('cache-control', privateCache)
    return await ballotBox.castAndWait({ pollId: pollIdOf(request.params), ...claims, answer: null })
  })

  app.get('/polls/:pollId/vote', {
    schema: { ...common, operationId: 'readVote', summary: 'The own vote in the current round', response: { 200: MyVote, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const claims = await authentication.requireVoter(request)
    reply.header('cache-control', privateCache)
    return await views.findMyVote(pollIdOf(request.params), claims)
  })

  // Without the type provider, which would have the answer as an object: it is sent as the text that is encoded already.
  instance.get<{ Querystring: Static<typeof ResultsQuery> }>('/polls/:pollId/results', {
    schema: {
      tags: ['Results'],
      security: anyoneSecurity,
      operationId: 'readResults',
      summary: 'Exact results at their newest version, whose ETag is the version, or as they were shown at an earlier one',
      querystring: ResultsQuery,
      response: { 200: answer(Results, 'The results', 'ETag'), 304: notModified, ...problemResponses(400, 401, 403, 404, 503) }
    }
  }, (request, reply) => {
    const pollId = pollIdOf(request.params)
    const { round, version } = request.query
    if (version !== undefined) return sendPastVersion(request, reply, pollId, { version, round })
    // What everyone may see needs nobody's identity and no wait; a cookie that is not valid would count as none.
    const shared = request.headers.authorization === undefined ? views.peekSharedResults(pollId, round) : undefined
    if (shared !== undefined) sendResults(request, reply, shared)
    else return sendFoundResults(request, reply, pollId, round)
  })

  async function sendPastVersion (request: FastifyRequest, reply: FastifyReply, pollId: string, { version, round }: { version: number, round: number | undefined }): Promise<void> {
    reply.header('cache-control', privateCache)
    const { results, isForEveryone } = await replay.findVersion(pollId, await authentication.identifyOnlooker(request, 'results:read'), version, round)
    reply.header('cache-control', isForEveryone ? publicCache : privateCache)
    if (isFresh(request, reply, `v${version}${revealTagOf(results)}`)) void reply.code(304).send(null)
    else void reply.type('application/json; charset=utf-8').send(jsonOf(results))
  }

  async function sendFoundResults (request: FastifyRequest, reply: FastifyReply, pollId: string, round: number | undefined): Promise<void> {
    reply.header('cache-control', privateCache)
    sendResults(request, reply, await views.findResults(pollId, await authentication.identifyOnlooker(request, 'results:read'), round))
  }

  function sendResults (request: FastifyRequest, reply: FastifyReply, { results, isForEveryone, isPast }: VisibleResults): void {
    reply.header('cache-control', isForEveryone ? publicCache : privateCache)
    if (isFresh(request, reply, isPast ? pastTagOf(results) : results.version)) {
      answers.notModified += 1
      void reply.code(304).send(null)
    } else {
      void reply.type('application/json; charset=utf-8').send(jsonOf(results))
    }
  }
}

/** Ending a round makes its results final without a version of their own: the new one belongs to the round that begins. */
function pastTagOf (results: Results): string {
  return `${results.version}-past${revealTagOf(results)}`
}

/** What was shown never changes, but for the right answer of a quiz, which comes and goes with the reveal. */
function revealTagOf ({ derived }: Results): string {
  return derived?.correct === undefined ? '' : '-revealed'
}
