import type { WebSocket } from '@fastify/websocket'
import type { ExecutionResult } from 'graphql'
import { admitEvent, createEventLimiter } from '../realtime/event-limiter.ts'
import { closings, readMessage, subprotocol, type ClientMessage, type Closing, type GraphqlRequest, type ServerMessage } from './subscription-protocol.ts'

export interface SubscriptionHandler {
  /** Who connects, when the socket says so itself. Throws when it may not. */
  connect (authorization: string | undefined): Promise<void>
  /** Opens a subscription, or says why not. */
  subscribe (request: GraphqlRequest): Promise<AsyncIterableIterator<ExecutionResult> | readonly object[]>
  /** A result as it is sent. */
  format (result: ExecutionResult): object
}

const initialisationTimeoutMs = 5000
const maxSubscriptions = 20
const maxBufferedBytes = 64 * 1024

/** Speaks graphql-transport-ws on one socket. A subscription is asked for its next result once the last one has left: a slow reader costs no memory. */
export function serveSubscriptions (socket: WebSocket, handler: SubscriptionHandler, maxMessagesPerSecond: number): void {
  const subscriptions = new Map<string, { stop (): void }>()
  const limiter = createEventLimiter(maxMessagesPerSecond, performance.now())
  let state: 'new' | 'connecting' | 'ready' = 'new'

  function close (reason: Closing): void {
    const [code, sentence] = closings[reason]
    socket.close(code, sentence)
  }

  async function send (message: ServerMessage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      socket.send(JSON.stringify(message), (error) => { error == null ? resolve() : reject(error) })
    })
  }

  async function connect (authorization: string | undefined): Promise<void> {
    if (state !== 'new') return close('secondInitialisation')
    state = 'connecting'
    try {
      await handler.connect(authorization)
    } catch {
      return close('forbidden')
    }
    state = 'ready'
    clearTimeout(initialisation)
    await send({ type: 'connection_ack' })
  }

  async function subscribe (id: string, request: GraphqlRequest): Promise<void> {
    if (state !== 'ready') return close('unauthorized')
    if (subscriptions.has(id)) return close('sameId')
    if (subscriptions.size >= maxSubscriptions) return close('tooMany')
    let results: AsyncIterableIterator<ExecutionResult> | undefined
    let isStopped = false
    const subscription = {
      stop () {
        isStopped = true
        if (subscriptions.get(id) === subscription) subscriptions.delete(id)
        void results?.return?.()
      }
    }
    subscriptions.set(id, subscription)
    try {
      const opened = await handler.subscribe(request)
      if (!(Symbol.asyncIterator in opened)) {
        if (!isStopped) await send({ type: 'error', id, payload: opened })
        return
      }
      results = opened
      if (isStopped) return
      for await (const result of results) await send({ type: 'next', id, payload: handler.format(result) })
      if (!isStopped) await send({ type: 'complete', id })
    } finally {
      subscription.stop()
    }
  }

  function answerPing (): void {
    // Who asks and does not read the answers.
    if (socket.bufferedAmount > maxBufferedBytes) socket.terminate()
    else void send({ type: 'pong' }).catch(() => {})
  }

  async function receive (message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'connection_init': return await connect(message.payload?.authorization ?? message.payload?.Authorization)
      case 'subscribe': return await subscribe(message.id, message.payload)
      case 'complete': return subscriptions.get(message.id)?.stop()
      case 'ping': return answerPing()
      case 'pong': return
      default: message satisfies never
    }
  }

  const initialisation = setTimeout(() => { close('initialisationTimeout') }, initialisationTimeoutMs)
  socket.on('error', () => { socket.terminate() })
  socket.once('close', () => {
    clearTimeout(initialisation)
    for (const subscription of Array.from(subscriptions.values())) subscription.stop()
  })
  if (socket.protocol !== subprotocol) return close('wrongSubprotocol')
  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return
    if (admitEvent(limiter, maxMessagesPerSecond, performance.now()) !== 'pass') return close('tooMany')
    const message = isBinary ? undefined : readMessage(String(data))
    if (message === undefined) return close('badMessage')
    receive(message).catch(() => { close('failed') })
  })
}
