import { setTimeout as delay } from 'node:timers/promises'
import { createShardedAdapter } from '@socket.io/redis-adapter'
import { createCluster } from 'redis'
import { connectionSettings, guard, publishSettings, type RedisConnections, type RedisOptions } from './redis-connections.ts'

// The client looks for the new master of a shard when the old one has been away for so long; its own default is five times that.
const refreshMs = 1000
const retryMs = 1000
/** MessageType.SERVER_SIDE_EMIT of socket.io-adapter, which exports it as a const enum only. */
const serverSideEmit = 9

type Listener = (message: Buffer, channel: Buffer) => unknown

/**
 * The sharded adapter on a Redis Cluster, with the same guard: what is published goes to the one node that has the channel, not to all.
 * @param urls of some of its nodes; the others are found
 */
export function connectRedisCluster (urls: readonly string[], { note, onReady }: RedisOptions): RedisConnections {
  const settings = {
    rootNodes: urls.map((url) => ({ url })),
    topologyRefreshOnReconnectionAttemptStrategy: refreshMs
  }
  const { commandOptions, ...publishing } = publishSettings
  const pub = createCluster({ ...settings, defaults: { ...connectionSettings, ...publishing, ...readCredentials(urls) }, commandOptions })
  const sub = createCluster({ ...settings, defaults: { ...connectionSettings, ...readCredentials(urls) } })
  const destroyed = new AbortController()

  /** Until the first time; after that the client itself sees to its connections. */
  async function connect (client: typeof pub): Promise<void> {
    while (!destroyed.signal.aborted) {
      try {
        await client.connect()
        return
      } catch (error) {
        note(error)
        await delay(retryMs, undefined, { signal: destroyed.signal }).catch(() => {})
      }
    }
  }

  for (const client of [pub, sub]) {
    client.on('error', note)
    client.on('node-error', note)
    client.on('node-ready', () => { if (isUp()) onReady() })
  }
  const connected = { pub: connect(pub), sub: connect(sub) }

  function isUp (): boolean {
    return [pub, sub].every((client) => client.isReady && client.masters.every((node) => node.client?.isReady === true))
  }

  return {
    adapter: createShardedAdapter({
      sSubscribe: () => {},
      sPublish: guard(pub.sPublish.bind(pub), 0, note)
    }, {
      sSubscribe: guard(async (channel: string, listener: Listener) => {
        await connected.sub
        // Only messages between servers go through Redis; broadcasts stay local. So a forged broadcast is not even looked at.
        await sub.sSubscribe(channel, (message: Buffer, of: Buffer) => { if (isServerSideEmit(message)) listener(message, of) }, true)
      }, undefined, note),
      sUnsubscribe: guard(async (channel: string) => { await sub.sUnsubscribe(channel) }, undefined, note)
    }, { subscriptionMode: 'static' }),
    client: pub,
    isUp,
    destroy () {
      destroyed.abort()
      for (const client of [pub, sub]) if (client.isOpen) client.destroy()
    }
  }
}

/** The addresses that nodes tell of each other carry no user and no password: those of the first URL are for all. */
function readCredentials ([url = '']: readonly string[]) {
  const { username, password, protocol } = new URL(url)
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { socket: { ...connectionSettings.socket, tls: true as const } } : {})
  }
}

function isServerSideEmit (message: Buffer): boolean {
  try {
    const { type }: { type?: unknown } = JSON.parse(message.toString())
    return type === serverSideEmit
  } catch {
    return false
  }
}
