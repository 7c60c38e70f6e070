// What a scenario plays on: PostgreSQL that survives a crash, Redis, instances of Plenum, and a link before each of them.
import type { Sql } from 'postgres'
import { waitUntil } from '../../test/helpers/child-process.ts'
import { registerHost, type Host } from '../../test/helpers/clients.ts'
import { connectDatabase } from '../../test/helpers/database.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { spawnServer, type ServerProcess } from '../../test/helpers/server.ts'
import { startPostgres, startRedis, type Postgres, type Redis } from '../../test/helpers/services.ts'
import { createHistory, type History } from './history.ts'
import { openTcpLink, type TcpLink } from './tcp-link.ts'

export interface Instance {
  server: ServerProcess
  /** Where clients connect: through their link. */
  url: string
  links: { clients: TcpLink, postgres: TcpLink, redis: TcpLink }
}

export interface Arena extends Owner {
  instances: Instance[]
  postgres: Postgres
  redis: Redis
  /** A connection for the judge, which goes through no link. */
  ledger: Sql
  host: Host
  history: History
  /** Seeded; which of its numbers goes where depends on the clock, too. */
  random: () => number
  /** Counts what the scenario breaks, and says so. */
  fault (what: string): void
}

export interface ArenaOptions {
  instances: number
  random: () => number
  say: (line: string) => void
}

/** Gives the arena to `play`, and ends everything that was started afterwards, also when it throws. */
export async function withArena (options: ArenaOptions, play: (arena: Arena) => Promise<void>): Promise<void> {
  const ends: Array<() => unknown> = []
  const owner: Owner = { teardown: (end) => { ends.push(end) } }
  try {
    await play(await openArena(owner, options))
  } finally {
    for (const end of ends.reverse()) await Promise.resolve(end()).catch(() => {})
  }
}

async function openArena (owner: Owner, { instances: count, random, say }: ArenaOptions): Promise<Arena> {
  const postgres = await startPostgres({ fsync: true })
  owner.teardown(async () => { await postgres.stop() })
  const redis = await startRedis()
  owner.teardown(async () => { await redis.stop() })
  const link = async (port: number) => {
    const opened = await openTcpLink(port)
    owner.teardown(async () => { await opened.close() })
    return opened
  }
  const startInstance = async (): Promise<Instance> => {
    const [toPostgres, toRedis] = [await link(postgres.port), await link(redis.port)]
    const server = await spawnServer(owner, {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${toPostgres.port}/postgres`, REDIS_URL: `redis://127.0.0.1:${toRedis.port}`
    })
    const clients = await link(Number(new URL(server.url).port))
    return { server, url: `http://127.0.0.1:${clients.port}`, links: { clients, postgres: toPostgres, redis: toRedis } }
  }
  // The first one makes the tables.
  const first = await startInstance()
  const instances = [first, ...await Promise.all(Array.from({ length: count - 1 }, startInstance))]
  await waitUntil(async () => (await Promise.all(instances.map(isWhole))).every(Boolean), 10_000, () => 'the instances did not become ready')
  const history = createHistory()
  return {
    ...owner,
    instances,
    postgres,
    redis,
    ledger: connectDatabase(owner, postgres.url),
    host: await registerHost(first.url),
    history,
    random,
    fault (what) {
      history.faults += 1
      say(what)
    }
  }
}

async function isWhole ({ server }: Instance): Promise<boolean> {
  const response = await fetch(`${server.url}/readyz`)
  const text = await response.text()
  return response.ok && !text.includes('"down"')
}
