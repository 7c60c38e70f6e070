import { createServer, type Server } from 'node:http'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { anyoneSecurity, problemResponses } from '../http/openapi.ts'
import type { AccessClaims } from '../identity/tokens.ts'
import type { Onlooker, PollViews } from '../polls/poll-views.ts'
import { Empty, isUuid } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { OriginCheck } from '../identity/origins.ts'
import type { Feed, FeedConnection } from './feed.ts'
import type { SessionWatch } from './session-watch.ts'

export interface FeedRoutesOptions {
  feed: Feed
  views: PollViews
  sessions: SessionWatch
  identify: (request: FastifyRequest) => Promise<Onlooker & { host?: AccessClaims }>
  isAllowedOrigin: OriginCheck
  /** Those that are open, of either kind; the routes keep it. */
  connections: Set<object>
  /** As many may be open at once. */
  maxConnections: number
}

const maxBufferedBytes = 64 * 1024
// GraphQL's documents come this way too; the largest thing that a socket may send is the same everywhere.
const maxPayloadBytes = 16_384
const maxIgnoredBytes = 1024

/** Carries 'upgrade' to @fastify/websocket without ever listening: the port's own server belongs to Socket.IO's upgrades too. */
export async function registerWebsocket (app: FastifyInstance): Promise<Server> {
  const relay = createServer()
  await app.register(fastifyWebsocket, {
    options: { server: relay, maxPayload: maxPayloadBytes },
    // What a client does wrong on its own connection must not fill our log.
    errorHandler: (error, socket, request) => {
      const isClients = 'code' in error && /^(WS_ERR_|ECONNRESET|EPIPE)/.test(String(error.code))
      if (!isClients) request.log.error({ err: error }, 'a WebSocket failed')
      socket.terminate()
    },
    // The feed closes its own connections, once the votes are in; the default would wait for the slowest client here.
    preClose: (done) => { done() }
  })
  return relay
}

/** `GET /polls/{id}/live`: a WebSocket for who upgrades, server-sent events for who accepts them. */
export async function feedRoutes (app: FastifyInstance, { feed, views, sessions, identify, isAllowedOrigin, connections, maxConnections }: FeedRoutesOptions): Promise<void> {
  async function join (request: FastifyRequest, pollId: string, connect: () => FeedConnection) {
    const { host, ...onlooker } = await identify(request)
    const subscription = await feed.join(pollId, onlooker, connect)
    connections.add(subscription)
    const unwatch = host === undefined ? () => {} : sessions.watch({ host, end: subscription.becomeAudience })
    return {
      drained: subscription.drained,
      leave (): void {
        connections.delete(subscription)
        unwatch()
        subscription.leave()
      }
    }
  }

  app.route<{ Params: { pollId: string } }>({
    method: 'GET',
    url: '/polls/:pollId/live',
    schema: {
      tags: ['Results'],
      operationId: 'followPoll',
      summary: 'The live feed: a WebSocket, or server-sent events with Accept: text/event-stream',
      description: 'The messages are those of /api/asyncapi.json.',
      security: anyoneSecurity,
      querystring: Empty,
      response: {
        101: Type.Null(),
        200: { description: 'The feed as server-sent events', content: { 'text/event-stream': { schema: Type.String() } } },
        ...problemResponses(401, 403, 404, 406, 503)
      }
    },
    // Before an upgrade, so that its refusal is an ordinary answer with a code.
    preHandler: async (request) => {
      if (!isUuid(request.params.pollId)) throw new PlenumError('poll_not_found')
      if (!isAllowedOrigin(request.headers.origin, request.host)) throw new PlenumError('forbidden', { detail: 'Pages of this origin may not listen here.' })
      if (connections.size >= maxConnections) throw new PlenumError('busy', { retryAfterMs: 1000 })
      await views.find(request.params.pollId, await identify(request))
    },

    wsHandler: async (socket, request) => {
      let isAlive = true
      socket.on('error', () => { socket.terminate() })
      socket.on('pong', () => { isAlive = true })
      // The feed reads nothing.
      socket.on('message', (data) => { if (Buffer.isBuffer(data) && data.length > maxIgnoredBytes) socket.close(1009) })
      const connection: FeedConnection = {
        send (_message, text) {
          socket.send(text, () => { if (socket.bufferedAmount === 0) subscription?.drained() })
          return socket.bufferedAmount < maxBufferedBytes
        },
        heartbeat () {
          if (!isAlive) return socket.terminate()
          isAlive = false
          socket.ping()
        },
        // Who does not read would not read the goodbye either.
        close: () => { socket.bufferedAmount > 0 ? socket.terminate() : socket.close(1001) }
      }
      let subscription: Awaited<ReturnType<typeof join>> | undefined
      try {
        subscription = await join(request, request.params.pollId, () => connection)
        if (socket.readyState !== socket.OPEN) return subscription.leave()
        socket.once('close', subscription.leave)
      } catch {
        socket.close(1011)
      }
    },

    handler: async (request, reply) => {
      if (!(request.headers.accept ?? '').includes('text/event-stream')) {
        throw new PlenumError('not_acceptable', { detail: 'Accept text/event-stream, or upgrade to a WebSocket.' })
      }
      const { raw } = reply
      const subscription = await join(request, request.params.pollId, () => {
        reply.hijack()
        for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
        raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'private, no-store', 'x-accel-buffering': 'no' })
        raw.on('error', () => { raw.destroy() })
        return {
          send (message, text) {
            const id = message.type === 'results' ? `id: ${message.data.version}\n` : ''
            raw.write(`${id}data: ${text}\n\n`)
            return raw.writableLength < maxBufferedBytes
          },
          heartbeat: () => { raw.write(': still here\n\n') },
          // What a reader that has stopped did not read would keep the response open for ever.
          close: () => { raw.writableLength > 0 ? raw.destroy() : raw.end() }
        }
      })
      raw.on('drain', subscription.drained)
      raw.once('close', subscription.leave)
      if (raw.destroyed) subscription.leave()
    }
  })
}
