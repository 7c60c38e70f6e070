// PostgreSQL that survives a crash, Redis, instances of Plenum, and a link before each of them.
import type { Sql } from 'postgres'
import { waitUntil } from '../../test/helpers/child-process.ts'
import { registerHost } from '../../test/helpers/clients.ts'
import { connectDatabase } from '../../test/helpers/database.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { spawnServer } from '../../test/helpers/server.ts'
import { startPostgres, startRedis, type Postgres, type Redis } from '../../test/helpers/services.ts'
import type { Arena, Instance, Stage } from './arena.ts'
import { openTcpLink, type TcpLink } from './tcp-link.ts'

export interface ClusterInstance extends Instance {
  links: { clients: TcpLink, postgres: TcpLink, redis: TcpLink }
}

export interface Cluster extends Stage<ClusterInstance> {
  postgres: Postgres
  redis: Redis
  /** A connection for the judge, which goes through no link. */
  ledger: Sql
}

export type ClusterArena = Cluster & Arena<ClusterInstance>

const wholeTimeoutMs = 15_000

export async function openCluster (owner: Owner, count: number): Promise<Cluster> {
  const postgres = await startPostgres({ fsync: true })
  owner.teardown(async () => { await postgres.stop() })
  const redis = await startRedis()
  owner.teardown(async () => { await redis.stop() })
  const link = async (port: number) => {
    const opened = await openTcpLink(port)
    owner.teardown(async () => { await opened.close() })
    return opened
  }
  const startInstance = async (): Promise<ClusterInstance> => {
    const [toPostgres, toRedis] = [await link(postgres.port), await link(redis.port)]
    const server = await spawnServer(owner, {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${toPostgres.port}/postgres`, REDIS_URL: `redis://127.0.0.1:${toRedis.port}`
    })
    const clients = await link(Number(new URL(server.url).port))
    return { server, url: server.url, links: { clients, postgres: toPostgres, redis: toRedis } }
  }
  // The first one makes the tables.
  const first = await startInstance()
  const instances = [first, ...await Promise.all(Array.from({ length: count - 1 }, startInstance))]
  await becomesWhole(instances)
  const ledger = connectDatabase(owner, postgres.url)
  return {
    instances,
    postgres,
    redis,
    ledger,
    host: await registerHost(first.url),
    newestVersions: async (pollIds) => await readNewestVersions(ledger, pollIds)
  }
}

/** With a link between the clients and each instance. Only where it is broken: it costs two descriptors and two copies for each socket. */
export function throughClientLinks (arena: ClusterArena): ClusterArena {
  return { ...arena, instances: arena.instances.map((instance) => ({ ...instance, url: `http://127.0.0.1:${instance.links.clients.port}` })) }
}

export async function readNewestVersions (ledger: Sql, pollIds: string[]): Promise<Map<string, number>> {
  const rows = await ledger<{ pollId: string, version: number }[]>`
    SELECT poll_id AS "pollId", max(version)::int AS version FROM tallies WHERE poll_id = ANY(${pollIds}::uuid[]) GROUP BY poll_id`
  return new Map(rows.map(({ pollId, version }) => [pollId, version]))
}

/** Resolves when every instance has its database and its Redis. */
export async function becomesWhole (instances: Instance[]): Promise<void> {
  await waitUntil(async () => (await Promise.all(instances.map(isWhole))).every(Boolean), wholeTimeoutMs, () => `not every instance had its database and Redis within ${wholeTimeoutMs} ms`)
}

async function isWhole ({ server }: Instance): Promise<boolean> {
  const response = await fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(5000) })
  const text = await response.text()
  return response.ok && !text.includes('"down"')
}
