import { signal, type ReadonlySignal } from '@preact/signals'
import { io } from 'socket.io-client'
import { callSocket, readRefusal, type ClientSocket } from '../../server/client/socket-calls.ts'
import type { Ack, ClientEvent, ClientEventData, ClientEventReply } from '../../server/protocol/events.ts'
import type { ErrorCode, SocketProblem } from '../../server/protocol/problem.ts'
import { browserStorage } from './browser-storage.ts'
import { backOffMs, isPassing } from './retry.ts'
import { createVoterTokens, voterIdOf } from './voter-tokens.ts'
import { wakeOnReturn } from './wake-up.ts'
import type { LiveRoom } from './live-room.ts'

const ackTimeoutMs = 10_000
/** Short at first: a network that swallows WebSocket without a word must not cost the first vote. */
const firstConnectTimeoutMs = 5000

/** `live`: connected and joined, so that what is on the screen follows the server. */
export type ConnectionState = 'connecting' | 'live' | 'lost'

/** `no_answer`: connected, but no acknowledgement came in time. `disconnected`: it may or may not have arrived. */
export type Reply<E extends ClientEvent> = Ack<ClientEventReply[E]> | { ok: false, error: 'no_answer' | 'disconnected' }

/** `refused` says something of the code itself; after `unanswered` and `disconnected` it may be tried again. */
export type Redemption = 'taken' | 'refused' | 'unanswered' | 'disconnected'

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>
  /** Whether the room was ever joined; until then the page knows what the server drew with it. */
  readonly hasJoined: ReadonlySignal<boolean>
  /** Why the room cannot be joined at all; null while it can. */
  readonly refusal: ReadonlySignal<SocketProblem | null>
  /** Of whoever votes on this device; empty until the room was joined. */
  readonly voterId: ReadonlySignal<string>
  /** Whether this device is the voter of an access code of the room. */
  readonly hasRedeemed: ReadonlySignal<boolean>
  /** Why the last vote was refused: a code may be revoked and a session may end at any time. Null once there is another voter. */
  readonly voteRefusal: ReadonlySignal<ErrorCode | null>
  /** Makes this device the voter of a one-time code. */
  redeem: (accessCode: string) => Promise<Redemption>
  request: <E extends ClientEvent>(event: E, data: ClientEventData[E]) => Promise<Reply<E>>
  /** What this device shows the server with calls over HTTP; undefined before it has joined. */
  readToken: () => string | undefined
  /** Connects anew, as whoever has signed in meanwhile. */
  restart: () => void
  /** Asks for the whole truth again. */
  refresh: () => void
  /** Calls back now, if live, and each time that the room was joined (again). */
  onLive: (listener: () => void) => void
  /** For good. */
  close: () => void
}

/** How a page joins what it shows: a room, or one poll as if it were a room. */
export interface Joining {
  /** Whose voter this device is: the code of the room, or the id of the poll. */
  key: string
  join: (request: Connection['request'], accessCode?: string) => Promise<Reply<'room:join'>>
}

/**
 * Joins the room, keeps it joined, and feeds `liveRoom`.
 * @param presenterToken of the link that shows what only hosts see
 */
export function connectToRoom (code: string, liveRoom: LiveRoom, presenterToken?: string): Connection {
  const join: Joining['join'] = (request, accessCode) => request('room:join', accessCode === undefined ? { code } : { code, accessCode })
  return connect({ key: code, join }, liveRoom, presenterToken)
}

export function connect (joining: Joining, liveRoom: LiveRoom, presenterToken?: string): Connection {
  const state = signal<ConnectionState>('connecting')
  const hasJoined = signal(false)
  const refusal = signal<SocketProblem | null>(null)
  const tokens = createVoterTokens(joining.key, browserStorage)
  const voterId = signal(voterIdOf(tokens.read() ?? ''))
  const hasRedeemed = signal(tokens.isRedeemed(voterId.value))
  const voteRefusal = signal<ErrorCode | null>(null)
  const listeners = new Set<() => void>()
  const closing = new AbortController()
  let joinAttempt = 0
  let unansweredInRow = 0
  let serverGoodbyes = 0

  const socket: ClientSocket = io({
    auth: (send) => {
      const voterToken = tokens.read()
      send({ ...(voterToken === null ? {} : { voterToken }), ...(presenterToken === undefined ? {} : { presenterToken }) })
    },
    transports: ['websocket', 'polling'],
    // Where WebSocket is refused, the same attempt goes on by long polling.
    tryAllTransports: true,
    timeout: firstConnectTimeoutMs,
    reconnectionDelay: 1000,
    reconnectionDelayMax: 30_000,
    randomizationFactor: 0.5
  })

  async function request<E extends ClientEvent> (event: E, data: ClientEventData[E]): Promise<Reply<E>> {
    if (!socket.connected) return { ok: false, error: 'disconnected' }
    const ack = await callSocket(socket, event, data, ackTimeoutMs)
    const reply: Reply<E> = ack ?? { ok: false, error: socket.connected ? 'no_answer' : 'disconnected' }
    if (reply.ok || typeof reply.error === 'object') {
      unansweredInRow = 0
      if (event === 'vote:cast') voteRefusal.value = reply.ok || typeof reply.error === 'string' ? null : reply.error.code
    } else if (reply.error === 'no_answer') {
      unansweredInRow += 1
      // Twice nothing: the line is dead although nobody has said so.
      if (unansweredInRow >= 2) dropLine()
    }
    return reply
  }

  function dropLine () {
    unansweredInRow = 0
    // Only the transport: the manager then reconnects with its own back-off.
    socket.io.engine?.close()
  }

  async function join () {
    joinAttempt += 1
    const attempt = joinAttempt
    for (let tries = 0; socket.connected; tries += 1) {
      liveRoom.beginJoin()
      const reply = await joining.join(request)
      // A newer join is under way, or the connection went: either brings its own truth.
      if (attempt !== joinAttempt || !socket.connected) return
      if (reply.ok) {
        applyJoined(reply.data)
        return
      }
      if (typeof reply.error === 'object' && !isPassing(reply.error)) {
        refusal.value = reply.error
        socket.disconnect()
        return
      }
      await new Promise((resolve) => setTimeout(resolve, backOffMs(tries, reply.error)))
      if (attempt !== joinAttempt) return
    }
  }

  function applyJoined (joined: ClientEventReply['room:join']) {
    tokens.keep(joined.voterToken, joined.room.access)
    voterId.value = voterIdOf(joined.voterToken)
    hasRedeemed.value = tokens.isRedeemed(voterId.value)
    liveRoom.applyJoin(joined)
    refusal.value = null
    hasJoined.value = true
    state.value = 'live'
    serverGoodbyes = 0
    for (const listener of listeners) listener()
  }

  async function redeem (accessCode: string): Promise<Redemption> {
    joinAttempt += 1
    liveRoom.beginJoin()
    const reply = await joining.join(request, accessCode)
    if (reply.ok) {
      tokens.keepRedeemed(voterIdOf(reply.data.voterToken))
      voteRefusal.value = null
      applyJoined(reply.data)
      return 'taken'
    }
    void join()
    if (reply.error === 'disconnected') return 'disconnected'
    return reply.error === 'no_answer' || isPassing(reply.error) ? 'unanswered' : 'refused'
  }

  socket.on('connect', () => { void join() })
  socket.on('disconnect', (reason) => {
    state.value = 'lost'
    joinAttempt += 1
    // The server said goodbye (it drains, or cut this socket): Socket.IO leaves coming back to us.
    if (reason === 'io server disconnect') connectAfter(backOffMs(serverGoodbyes++))
  })
  socket.on('connect_error', (error) => {
    state.value = 'lost'
    const problem = readRefusal(error)
    if (problem === undefined) {
      // A blocked WebSocket may also just hang: the next attempt begins with the other transport.
      socket.io.opts.transports?.reverse()
      socket.io.timeout(ackTimeoutMs)
      return
    }
    if (problem.code === 'unauthenticated') {
      // Neither the token nor, after it, the cookie is taken: only a new page brings a new one.
      if (tokens.read() === null) {
        refusal.value = problem
        return
      }
      tokens.drop()
    }
    connectAfter(backOffMs(serverGoodbyes++, problem))
  })

  socket.on('results', (results) => liveRoom.apply('results', results))
  socket.on('poll', (poll) => liveRoom.apply('poll', poll))
  socket.on('poll:removed', (removed) => liveRoom.apply('poll:removed', removed))
  socket.on('room', (room) => liveRoom.apply('room', room))
  socket.on('questions', (questions) => liveRoom.apply('questions', questions))
  socket.on('vote', (vote) => liveRoom.apply('vote', vote))

  function connectAfter (delayMs: number) {
    const timer = setTimeout(() => socket.connect(), delayMs)
    closing.signal.addEventListener('abort', () => { clearTimeout(timer) })
  }

  function connectNow () {
    if (refusal.value === null) socket.disconnect().connect()
  }

  wakeOnReturn({
    isConnected: () => socket.connected,
    connectNow,
    check: () => { void join() },
    dropLine,
    signal: closing.signal
  })

  return {
    state,
    hasJoined,
    refusal,
    voterId,
    hasRedeemed,
    voteRefusal,
    readToken: () => presenterToken ?? tokens.read() ?? undefined,
    redeem,
    request,
    restart: () => {
      voteRefusal.value = null
      connectNow()
    },
    refresh: () => { void join() },
    onLive: (listener) => {
      listeners.add(listener)
      if (state.value === 'live') listener()
    },
    close: () => {
      closing.abort()
      socket.disconnect()
    }
  }
}
