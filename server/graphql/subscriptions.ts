import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { buildSchema, getOperationAST, Kind, OperationTypeNode, parse, subscribe, validate, type ExecutionResult } from 'graphql'
import type { Authentication } from '../http/authentication.ts'
import { readId } from '../http/conventions.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Feed } from '../realtime/feed.ts'
import type { SessionWatch } from '../realtime/session-watch.ts'
import type { Arguments } from './context.ts'
import { checkLimits, maxTokens } from './limits.ts'
import { toProblems } from './problems.ts'
import { openResultsStream } from './results-stream.ts'
import { typeDefinitions } from './schema.ts'
import { serveSubscriptions } from './subscription-connection.ts'
import { closings, type GraphqlRequest } from './subscription-protocol.ts'

export interface SubscriptionsOptions {
  feed: Feed
  sessions: SessionWatch
  authentication: Authentication
  maxMessagesPerSecond: number
  maxSockets: number
}

const heartbeatMs = 15_000

export type Subscriptions = ReturnType<typeof createSubscriptions>

/** GraphQL's subscriptions on this instance, over WebSockets that speak graphql-transport-ws. */
export function createSubscriptions ({ feed, sessions, authentication, maxMessagesPerSecond, maxSockets }: SubscriptionsOptions) {
  const schema = buildSchema(typeDefinitions)
  /** False: it has not answered since the last heartbeat. */
  const sockets = new Map<WebSocket, boolean>()
  let isClosed = false

  async function open (request: FastifyRequest, { query, variables, operationName }: GraphqlRequest): Promise<AsyncIterableIterator<ExecutionResult> | readonly object[]> {
    // Each time: a session that has ended since the socket was opened is not a host's any more.
    const onlooker = await authentication.identifyOnlooker(request)
    const document = parse(query, { maxTokens })
    checkLimits(document)
    const faults = validate(schema, document, undefined, { maxErrors: 10 })
    if (faults.length > 0) return faults.flatMap((fault) => toProblems(fault, request))
    const operation = getOperationAST(document, operationName)
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
      throw new PlenumError('validation_failed', { detail: 'Name one subscription; queries and mutations are sent by POST.' })
    }
    // The library fails where a directive leaves nothing to subscribe to.
    if (operation.selectionSet.selections.some(({ kind, directives = [] }) => kind !== Kind.FIELD || directives.length > 0)) {
      throw new PlenumError('validation_failed', { detail: 'A subscription is one field, not in a fragment and without directives.' })
    }
    const outcome = await subscribe({
      schema,
      document,
      variableValues: variables ?? {},
      operationName: operationName ?? null,
      // The schema has one subscription.
      subscribeFieldResolver: async (_root: unknown, given: Arguments) =>
        await openResultsStream({ feed, sessions }, readId(given, 'pollId', 'poll_not_found'), onlooker)
    })
    if (Symbol.asyncIterator in outcome) return outcome
    return (outcome.errors ?? []).flatMap((error) => toProblems(error, request))
  }

  const heartbeat = setInterval(() => {
    for (const [socket, isAlive] of sockets) {
      if (!isAlive) {
        socket.terminate()
        continue
      }
      sockets.set(socket, false)
      socket.ping()
    }
  }, heartbeatMs)
  heartbeat.unref()

  return {
    isFull: () => isClosed || sockets.size >= maxSockets,
    count: () => sockets.size,

    serve (socket: WebSocket, request: FastifyRequest): void {
      sockets.set(socket, true)
      socket.on('pong', () => { sockets.set(socket, true) })
      socket.once('close', () => { sockets.delete(socket) })
      serveSubscriptions(socket, {
        async connect (authorization) {
          // Browsers cannot set headers: from here on it counts as if it had come with the upgrade.
          if (authorization !== undefined) request.headers.authorization = authorization
          await authentication.identifyOnlooker(request)
        },
        subscribe: async (asked) => await open(request, asked).catch((error: unknown) => toProblems(error, request)),
        format: ({ data, errors }) => errors === undefined ? { data } : { data, errors: errors.flatMap((error) => toProblems(error, request)) }
      }, maxMessagesPerSecond)
    },

    /** Clients come back by themselves, on another instance if there is one. */
    close (): void {
      isClosed = true
      clearInterval(heartbeat)
      for (const socket of sockets.keys()) socket.close(...closings.goingAway)
    }
  }
}
