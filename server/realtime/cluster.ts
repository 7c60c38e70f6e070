import { connectRedis } from './redis.ts'
import { connectRedisCluster } from './redis-cluster.ts'
import type { RedisConnections, RedisOptions } from './redis-connections.ts'

export interface Cluster extends Omit<RedisConnections, 'destroy'> {
  /** Connections that failed, and messages that could not be sent. */
  figures: { readonly errors: number }
  /** Called each time the connection is there (again): messages may have been lost in between. */
  onReady (listener: () => void): void
  close (): void
}

export interface ClusterOptions {
  /** One Redis, or some nodes of a Redis Cluster. */
  urls: readonly [string, ...string[]]
  /** Called when Redis goes away and when a message could not be sent; never more than once a second. */
  onTrouble: (error: unknown) => void
}

/** What instances tell each other goes through Redis. It is never awaited: votes do not need it (O1). */
export function connectCluster ({ urls, onTrouble }: ClusterOptions): Cluster {
  const readyListeners: (() => void)[] = []
  const figures = { errors: 0 }
  let notedAt = 0
  let isClosing = false

  const options: RedisOptions = {
    note (error) {
      if (isClosing) return
      figures.errors += 1
      if (Date.now() - notedAt < 1000) return
      notedAt = Date.now()
      onTrouble(error)
    },
    onReady () { for (const listener of readyListeners) listener() }
  }
  const [url, ...others] = urls
  const { destroy, ...connections } = others.length === 0 ? connectRedis(url, options) : connectRedisCluster(urls, options)
  return {
    ...connections,
    figures,
    onReady: (listener) => { readyListeners.push(listener) },
    close () {
      isClosing = true
      destroy()
    }
  }
}
