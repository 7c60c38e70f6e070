import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { connectionSettings, guard, publishSettings, type RedisConnections, type RedisOptions } from './redis-connections.ts'

/**
 * The Redis adapter with a guard around it: the stock one drops the promises of what it publishes, so that without Redis each message
 * would be an unhandled rejection.
 */
export function connectRedis (url: string, { note, onReady }: RedisOptions): RedisConnections {
  const pub = createClient({ url, ...connectionSettings, ...publishSettings })
  // Keeps its subscriptions through outages, a start without Redis included.
  const sub = createClient({ url, ...connectionSettings })

  Object.assign(pub, { publish: guard(pub.publish.bind(pub), 0, note) })
  // The adapter takes its subscriptions back at the end, when the connection may go away first.
  Object.assign(sub, {
    subscribe: guard(sub.subscribe.bind(sub), undefined, note),
    pSubscribe: guard(sub.pSubscribe.bind(sub), undefined, note),
    unsubscribe: guard(sub.unsubscribe.bind(sub), undefined, note),
    pUnsubscribe: guard(sub.pUnsubscribe.bind(sub), undefined, note)
  })
  for (const client of [pub, sub]) {
    client.on('error', note)
    client.on('ready', () => { if (pub.isReady && sub.isReady) onReady() })
    client.connect().catch(note)
  }

  return {
    // Only messages between servers go through Redis; broadcasts stay local. So a forged broadcast is not even read.
    adapter: createAdapter(pub, sub, { parser: { encode: () => '', decode: () => [] } }),
    client: pub,
    isUp: () => pub.isReady && sub.isReady,
    destroy: () => { for (const client of [pub, sub]) client.destroy() }
  }
}
