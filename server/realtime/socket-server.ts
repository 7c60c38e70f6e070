import type { Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Server as Engine } from 'engine.io'
import type { FastifyInstance } from 'fastify'
import { Server } from 'socket.io'
import { countOne, type Counts } from '../counts.ts'
import type { Ack } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import { toAck, type ClientEventHandler } from './client-event.ts'
import type { Cluster } from './cluster.ts'
import { sendAcksAsFrames } from './encoded-event.ts'
import { admitEvent } from './event-limiter.ts'
import type { createAdmission, createHandshake } from './handshake.ts'
import { isAccountsRoom, isVotedRoom } from './rooms.ts'
import type { SessionWatch } from './session-watch.ts'
import { claimsOf, type LiveServer, type LiveSocket, type SocketData } from './socket-types.ts'

export interface SocketServerOptions {
  admit: ReturnType<typeof createAdmission>
  identify: ReturnType<typeof createHandshake>
  maxEventsPerSocket: number
  /** Undefined: this instance runs alone. */
  cluster: Cluster | undefined
}

const path = '/socket.io/'
// The largest thing that a client may send is a vote: a text of 10,000 UTF-16 units is 30 kB at most.
const maxMessageBytes = 32_768
// A projector must not say "live" for long on a line that died without a word.
const pingIntervalMs = 15_000
const pingTimeoutMs = 10_000
const drainSliceSize = 200
const drainPauseMs = 50
const drainGraceMs = 2000

/** Socket.IO over an engine of its own, so that it shares the port with Fastify's routes and with plain WebSockets. */
export function createSocketServer ({ admit, identify, maxEventsPerSocket, cluster }: SocketServerOptions) {
  const engine = new Engine({
    maxHttpBufferSize: maxMessageBytes,
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    allowRequest: admit,
    perMessageDeflate: false,
    httpCompression: false
  })
  const io: LiveServer = new Server({ serveClient: false, connectTimeout: 10_000, ...(cluster === undefined ? {} : { adapter: cluster.adapter }) })
  io.bind(engine)
  io.use(identify)
  const upgraded = new Set<Duplex>()
  const disconnects: Counts = new Map()

  /** A phone that sleeps never answers the closing of its WebSocket, and the HTTP server would wait for it. */
  async function cutStragglers (): Promise<void> {
    for (let waitedMs = 0; upgraded.size > 0 && waitedMs < drainGraceMs; waitedMs += drainPauseMs) await delay(drainPauseMs)
    for (const socket of upgraded) socket.destroy()
  }

  return {
    io,
    socketCount: () => engine.clientsCount,

    /** Sockets that ended, by Socket.IO's reason. */
    disconnects,

    /** The sockets that there are now. */
    countRoles (): Counts<SocketRole> {
      const counts: Counts<SocketRole> = new Map([['host', 0], ['presenter', 0], ['audience', 0]])
      for (const { data } of io.of('/').sockets.values()) countOne(counts, roleOf(data))
      return counts
    },

    /** Answers the events of this table; anything else is refused with a code. */
    serve (handlers: Readonly<Record<string, ClientEventHandler>>, sessions: SessionWatch): void {
      const known = new Map(Object.entries(handlers))
      io.on('connection', (socket) => {
        socket.on('error', () => {})
        socket.once('disconnect', (reason) => { countOne(disconnects, reason) })
        sendAcksAsFrames(socket)
        followSession(socket, sessions)
        socket.onAny((event: unknown, ...args: unknown[]) => { dispatch(socket, known.get(String(event)), args, maxEventsPerSocket) })
      })
    },

    /** Registers the polling transport's route, and takes Socket.IO's upgrades; all other upgrades go to `relay`. */
    attach (app: FastifyInstance, relay: HttpServer): void {
      void app.register(async (scope) => {
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
        scope.route({
          method: ['GET', 'POST', 'OPTIONS'],
          url: path,
          schema: { hide: true },
          handler: (request, reply) => {
            reply.hijack()
            engine.handleRequest(Object.assign(request.raw, { res: reply.raw }), reply.raw)
          }
        })
      })
      app.server.on('upgrade', (request, socket, head) => {
        upgraded.add(socket)
        socket.once('close', () => { upgraded.delete(socket) })
        if (request.url?.startsWith(path)) engine.handleUpgrade(request, socket, head)
        else relay.emit('upgrade', request, socket, head)
      })
    },

    /** Closes the sockets in slices (and in the end all that were upgraded), in a way after which clients come back by themselves, on another instance if there is one. */
    async drain (): Promise<void> {
      const sockets = Array.from(io.of('/').sockets.values())
      for (let at = 0; at < sockets.length; at += drainSliceSize) {
        if (at > 0) await delay(drainPauseMs)
        for (const socket of sockets.slice(at, at + drainSliceSize)) socket.conn.close()
      }
      await io.close()
      await cutStragglers()
    }
  }
}

type SocketRole = 'host' | 'presenter' | 'audience'

/** By what the connection has shown, whichever room it looks at. */
function roleOf ({ host, presenterHash }: SocketData): SocketRole {
  if (host !== undefined) return 'host'
  return presenterHash === undefined ? 'audience' : 'presenter'
}

/** When a host's session ends its socket stays, as one of the audience. */
function followSession (socket: LiveSocket, sessions: SessionWatch): void {
  const { host } = socket.data
  if (host === undefined) return
  const unwatch = sessions.watch({
    host,
    end () {
      const { voterId } = claimsOf(socket)
      socket.data.host = undefined
      // A key was a voter of its own.
      const isSameVoter = claimsOf(socket).voterId === voterId
      for (const room of Array.from(socket.rooms)) {
        if (isAccountsRoom(room) || (!isSameVoter && isVotedRoom(room))) void socket.leave(room)
      }
    }
  })
  socket.once('disconnect', unwatch)
}

function dispatch (socket: LiveSocket, handler: ClientEventHandler | undefined, args: unknown[], maxPerSecond: number): void {
  const ack = toAckFunction(args.at(-1))
  switch (admitEvent(socket.data.limiter, maxPerSecond, performance.now())) {
    case 'cut':
      socket.conn.close()
      return
    case 'refuse':
      ack(toAck(new PlenumError('rate_limited', { retryAfterMs: 1000 })))
      return
    case 'pass': break
  }
  if (handler === undefined) return ack(toAck(new PlenumError('not_found', { detail: 'There is no such event.' })))
  handler(socket, typeof args[0] === 'function' ? undefined : args[0], ack)
}

/** A caller that wants no answer gets none. */
function toAckFunction (last: unknown): (answer: Ack<unknown>) => void {
  return typeof last === 'function' ? (answer) => { last(answer) } : () => {}
}
