import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Closed, Id, Nullable } from '../protocol/common.ts'
import { Poll, Results } from '../protocol/poll.ts'
import { MemberRole, Room, RoomAccess } from '../protocol/room.ts'

const Staff = Closed({
  ownerId: Id,
  roles: Type.Record(Type.String(), MemberRole),
  presenterHash: Nullable(Type.String()),
  banned: Type.Array(Id),
  blockedWords: Type.Array(Type.String()),
  access: RoomAccess,
  revision: Type.Integer({ minimum: 1 })
})

const PollSecret = Closed({ correct: Poll.properties.correct, explanation: Poll.properties.explanation })

const Hint = Type.Union([
  Closed({ type: Type.Literal('poll'), poll: Poll, secret: Nullable(PollSecret), results: Results, staff: Staff }),
  Closed({ type: Type.Literal('results'), results: Results, revision: Type.Integer() }),
  Closed({ type: Type.Literal('removed'), pollId: Id }),
  Closed({ type: Type.Literal('room'), room: Room, staff: Staff, pollOrder: Type.Array(Id) }),
  Closed({ type: Type.Literal('reviewed'), pollId: Id, voterId: Id }),
  Closed({ type: Type.Literal('questions'), roomId: Id, version: Type.Integer({ minimum: 1 }) }),
  Closed({ type: Type.Literal('suggestions'), pollId: Id }),
  Closed({ type: Type.Literal('present'), roomId: Id, instanceId: Type.String(), count: Type.Integer({ minimum: 0 }) })
])

/** What one instance tells the others. Whoever can publish in Redis can forge it, so it is checked like any other input. */
export type Hint = Static<typeof Hint>
const validator = Compile(Hint)

export function isHint (value: unknown): value is Hint {
  return validator.Check(value)
}

export interface Cluster {
  adapter: ReturnType<typeof createAdapter>
  /** Fails at once while Redis is away. */
  client: unknown
  isUp (): boolean
  /** Of Redis: connections that failed, and messages that could not be sent. */
  figures: { readonly errors: number }
  /** Called each time the connection is there (again): messages may have been lost in between. */
  onReady (listener: () => void): void
  close (): Promise<void>
}

export interface ClusterOptions {
  url: string
  /** Called when Redis goes away and when a message could not be sent; never more than once a second. */
  onTrouble: (error: unknown) => void
}

const maxReconnectMs = 1000
// More often than the sockets' time-out, which finds a link that died without a word.
const pingIntervalMs = 5000

/**
 * The Redis adapter with a guard around it: the stock one drops the promises of what it publishes, so that without Redis each message
 * would be an unhandled rejection. Never awaits Redis: votes do not need it (O1).
 */
export function connectCluster ({ url, onTrouble }: ClusterOptions): Cluster {
  const socket = { connectTimeout: 2000, socketTimeout: 15_000, reconnectStrategy: (retries: number) => Math.min(50 * 2 ** Math.min(retries, 5), maxReconnectMs) }
  // Fails at once while Redis is away: a number that is sent late is only old.
  const pub = createClient({ url, socket, pingInterval: pingIntervalMs, disableOfflineQueue: true, commandOptions: { timeout: 2000 } })
  // Keeps its subscriptions through outages, a start without Redis included.
  const sub = createClient({ url, socket, pingInterval: pingIntervalMs })
  const readyListeners: (() => void)[] = []
  const figures = { errors: 0 }
  let notedAt = 0
  let isClosing = false

  const note = (error: unknown): void => {
    if (isClosing) return
    figures.errors += 1
    if (Date.now() - notedAt < 1000) return
    notedAt = Date.now()
    onTrouble(error)
  }
  const guard = <A extends unknown[], R> (call: (...args: A) => Promise<R>, fallback: R) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args)
      } catch (error) {
        note(error)
        return fallback
      }
    }

  Object.assign(pub, { publish: guard(pub.publish.bind(pub), 0) })
  // The adapter takes its subscriptions back at the end, when the connection may go away first.
  Object.assign(sub, {
    subscribe: guard(sub.subscribe.bind(sub), undefined),
    pSubscribe: guard(sub.pSubscribe.bind(sub), undefined),
    unsubscribe: guard(sub.unsubscribe.bind(sub), undefined),
    pUnsubscribe: guard(sub.pUnsubscribe.bind(sub), undefined)
  })
  for (const client of [pub, sub]) {
    client.on('error', note)
    client.on('ready', () => {
      if (pub.isReady && sub.isReady) for (const listener of readyListeners) listener()
    })
    client.connect().catch(note)
  }

  return {
    // Only messages between servers go through Redis; broadcasts stay local. So a forged broadcast is not even read.
    adapter: createAdapter(pub, sub, { parser: { encode: () => '', decode: () => [] } }),
    client: pub,
    isUp: () => pub.isReady && sub.isReady,
    figures,
    onReady: (listener) => { readyListeners.push(listener) },
    async close () {
      isClosing = true
      for (const client of [pub, sub]) client.destroy()
    }
  }
}
