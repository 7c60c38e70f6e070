import type { FastifyInstance, FastifyRequest } from 'fastify'
import { getOperationAST, Location, NoSchemaIntrospectionCustomRule, OperationTypeNode } from 'graphql'
import { mercurius } from 'mercurius'
import { toOnlooker } from '../http/authentication.ts'
import { privateCache } from '../http/conventions.ts'
import type { OriginCheck } from '../identity/origins.ts'
import { Empty } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { GraphqlContext } from './context.ts'
import { checkLimits, maxTokens } from './limits.ts'
import { pollResolvers, type PollResolversOptions } from './poll-resolvers.ts'
import { toProblems } from './problems.ts'
import { roomResolvers, type RoomResolversOptions } from './room-resolvers.ts'
import { typeDefinitions } from './schema.ts'
import { GraphqlRequest } from './subscription-protocol.ts'
import type { Subscriptions } from './subscriptions.ts'
import { voteResolvers, type VoteResolversOptions } from './vote-resolvers.ts'

export interface GraphqlRoutesOptions extends PollResolversOptions, RoomResolversOptions, VoteResolversOptions {
  subscriptions: Subscriptions
  isAllowedOrigin: OriginCheck
  /** Whether the schema describes itself to whoever asks. */
  isIntrospectable: boolean
}

// Documents that are parsed and checked already. Each may be as long as a body, so there are few.
const cachedDocuments = 100

/** `POST /graphql` for queries and mutations; a WebSocket at the same path for subscriptions. */
export async function graphqlRoutes (app: FastifyInstance, { subscriptions, isAllowedOrigin, isIntrospectable, ...services }: GraphqlRoutesOptions): Promise<void> {
  const { authentication } = services
  await app.register(mercurius, {
    schema: typeDefinitions,
    // Its own routes would also take GET, other media types and syntax trees; its sockets know no limits.
    routes: false,
    cache: cachedDocuments,
    graphql: { parseOptions: { maxTokens }, validateOptions: { maxErrors: 10 } },
    validationRules: isIntrospectable ? [] : [NoSchemaIntrospectionCustomRule],
    errorFormatter: ({ data, errors = [] }, { reply }) => ({
      statusCode: 200,
      response: { data: data ?? null, errors: errors.flatMap((error) => toProblems(error, reply.request)) }
    })
  })
  const resolvers = [pollResolvers(services), roomResolvers(services), voteResolvers(services)]
  for (const resolver of resolvers) app.graphql.defineResolvers<GraphqlContext>(resolver)
  app.graphql.addHook('preValidation', async (_schema, document) => {
    // A text that cannot be parsed is taken for a syntax tree in JSON, which nobody has checked.
    if (!(document?.loc instanceof Location)) throw new PlenumError('validation_failed', { detail: 'The query is not a GraphQL document.' })
    checkLimits(document)
  })
  app.graphql.addHook<GraphqlContext>('preExecution', async (_schema, document, { operationName }) => {
    if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) return
    throw new PlenumError('validation_failed', { detail: 'Subscriptions need a WebSocket.' })
  })
  app.setErrorHandler((error, request, reply) => {
    const errors = toProblems(error, request)
    const { status = 500, retryAfterMs } = errors[0]?.extensions ?? {}
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="plenum"')
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
    return reply.code(status).header('cache-control', privateCache).type(mediaTypeOf(request)).send({ errors })
  })

  app.post<{ Body: GraphqlRequest }>('/graphql', { schema: { hide: true, querystring: Empty, body: GraphqlRequest } }, async (request, reply) => {
    const { query, variables, operationName } = request.body
    const caller = await authentication.identifyBoth(request)
    const context: GraphqlContext = { request, lookWith: (scope) => toOnlooker(caller, scope), operationName: operationName ?? undefined }
    reply.header('cache-control', privateCache).type(mediaTypeOf(request))
    return await reply.graphql(query, context, variables ?? {}, context.operationName)
  })

  app.route({
    method: 'GET',
    url: '/graphql',
    schema: { hide: true, querystring: Empty },
    // Before an upgrade, so that its refusal is an ordinary answer with a code.
    preHandler: async (request, reply) => {
      if (!request.ws) {
        reply.header('allow', 'POST')
        throw new PlenumError('method_not_allowed', { detail: 'Send a POST, or upgrade to a WebSocket.' })
      }
      if (!isAllowedOrigin(request.headers.origin, request.host)) throw new PlenumError('forbidden', { detail: 'Pages of this origin may not listen here.' })
      if (subscriptions.isFull()) throw new PlenumError('busy', { retryAfterMs: 1000 })
      await authentication.identifyOnlooker(request)
    },
    wsHandler: (socket, request) => { subscriptions.serve(socket, request) },
    handler: async () => { throw new PlenumError('method_not_allowed') }
  })
}

/** Clients that know it prefer the type by which they can tell our answer from a proxy's. */
function mediaTypeOf (request: FastifyRequest): string {
  const own = 'application/graphql-response+json'
  return `${(request.headers.accept ?? '').includes(own) ? own : 'application/json'}; charset=utf-8`
}
