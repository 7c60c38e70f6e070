// A Redis Cluster for tests: three shards of a master and a replica each, on 127.0.0.1.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findFreePort, waitUntil } from './child-process.ts'
import type { Owner } from './owner.ts'
import { startRedis, type Redis } from './services.ts'

const run = promisify(execFile)
const shards = 3
/** Until the others call a node dead; then its replica takes over. */
const nodeTimeoutMs = 1000
const formTimeoutMs = 30_000

export interface RedisCluster {
  urls: string[]
  /** The node that is the master of the shard of this key or channel. */
  masterOf (key: string): Promise<Redis>
}

export async function startRedisCluster (owner: Owner): Promise<RedisCluster> {
  const nodes: Redis[] = []
  // One after the other, since each takes two free ports.
  for (let at = 0; at < shards * 2; at++) {
    const node = await startRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-port': String(await findFreePort()), 'cluster-node-timeout': String(nodeTimeoutMs) } })
    owner.teardown(() => node.stop())
    nodes.push(node)
  }
  const ask = async ({ port }: Redis, ...args: string[]) => (await run('redis-cli', ['-p', String(port), ...args])).stdout
  const [first] = nodes
  if (first === undefined) throw new Error('there are no nodes')
  await ask(first, '--cluster', 'create', ...nodes.map(({ port }) => `127.0.0.1:${port}`), '--cluster-replicas', '1', '--cluster-yes')

  async function isWhole (): Promise<boolean> {
    const states = await Promise.all(nodes.map(async (node) => ({ cluster: await ask(node, 'cluster', 'info'), replication: await ask(node, 'info', 'replication') })))
    return states.every(({ cluster, replication }) => cluster.includes('cluster_state:ok') && (replication.includes('role:master') || replication.includes('master_link_status:up'))) &&
      states.filter(({ replication }) => replication.includes('role:slave')).length === shards
  }
  await waitUntil(isWhole, formTimeoutMs, () => 'the cluster did not come together')

  return {
    urls: nodes.map(({ url }) => url),
    async masterOf (key) {
      const slot = Number(await ask(first, 'cluster', 'keyslot', key))
      for (const line of (await ask(first, 'cluster', 'nodes')).split('\n')) {
        const [, address = '', flags = '', , , , , , ...ranges] = line.split(' ')
        const hasSlot = ranges.map((range) => range.split('-').map(Number)).some(([from = NaN, to = from]) => from <= slot && slot <= to)
        const node = nodes.find(({ port }) => address.startsWith(`127.0.0.1:${port}@`))
        if (flags.includes('master') && hasSlot && node !== undefined) return node
      }
      throw new Error(`no node has the slot ${slot}`)
    }
  }
}
