import type { ServerOptions } from 'socket.io'

export interface RedisConnections {
  /** Makes the adapter of a namespace, as Socket.IO asks for it. */
  adapter: ServerOptions['adapter']
  /** Fails at once while Redis is away. */
  client: unknown
  isUp (): boolean
  /** Ends the connections at once. */
  destroy (): void
}

export interface RedisOptions {
  /** Called for each connection that failed and each message that could not be sent. */
  note: (error: unknown) => void
  /** Called each time everything is connected (again). */
  onReady: () => void
}

/** The same call, which never rejects: what is published and subscribed here is not awaited by anybody (O1). */
export function guard<A extends unknown[], R> (call: (...args: A) => Promise<R>, fallback: R, note: (error: unknown) => void): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await call(...args)
    } catch (error) {
      note(error)
      return fallback
    }
  }
}

const maxReconnectMs = 1000

/** Of each connection. The time-out finds a link that died without a word, and pings come more often than it. */
export const connectionSettings = {
  socket: { connectTimeout: 2000, socketTimeout: 15_000, reconnectStrategy: (retries: number) => Math.min(50 * 2 ** Math.min(retries, 5), maxReconnectMs) },
  pingInterval: 5000
}

/** Of what is published: fails at once while Redis is away, since a number that is sent late is only old. */
export const publishSettings = { disableOfflineQueue: true, commandOptions: { timeout: 2000 } }
