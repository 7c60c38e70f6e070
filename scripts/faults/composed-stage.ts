// What docker-compose.yml describes: two instances with PostgreSQL and Redis behind nginx, to which everybody connects as pages do.
import type { Sql } from 'postgres'
import type { ManagerOptions } from 'socket.io-client'
import { registerHost } from '../../test/helpers/clients.ts'
import { environmentOf, readComposition, startProxy, type ComposedService } from '../../test/helpers/composed.ts'
import { connectDatabase } from '../../test/helpers/database.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { spawnServer, testSecretKey } from '../../test/helpers/server.ts'
import { startPostgres, startRedis } from '../../test/helpers/services.ts'
import type { Arena, Stage } from './arena.ts'
import { becomesWhole, readNewestVersions } from './cluster.ts'

export interface ComposedStage extends Stage {
  /** Of the proxy. */
  url: string
  /** A connection for the judge, past everything. */
  ledger: Sql
}

export type ComposedArena = ComposedStage & Arena

/** As web/client/connection.ts connects. */
const asPages = { transports: ['websocket', 'polling'], tryAllTransports: true, timeout: 5000, reconnectionDelay: 1000, reconnectionDelayMax: 30_000, randomizationFactor: 0.5 }
/** Where every fifth of them is, WebSockets are refused. */
const whereRefused = { ...asPages, transports: ['polling'] }

export async function openComposedStage (owner: Owner): Promise<ComposedStage> {
  const services = readComposition({ SECRET_KEY: testSecretKey, POSTGRES_PASSWORD: 'secret', LOG_LEVEL: 'warn' })
  const service = (name: string): ComposedService => {
    const found = services[name]
    if (found === undefined) throw new Error(`docker-compose.yml has no service named ${name}`)
    return found
  }
  const postgres = await startPostgres({ fsync: true })
  owner.teardown(async () => { await postgres.stop() })
  const redis = await startRedis({ settings: settingsOf(service('redis')) })
  owner.teardown(async () => { await redis.stop() })
  const ledger = await createDatabase(owner, postgres.url, service('postgres'))

  const start = async (name: string) => await spawnServer(owner, environmentOf(service(name), { postgres: `127.0.0.1:${postgres.port}`, redis: `127.0.0.1:${redis.port}` }))
  const names = Object.keys(services).filter((name) => name.startsWith('plenum-'))
  const servers = await Promise.all(names.map(start))
  const url = await startProxy(owner, service('proxy'), Object.fromEntries(servers.map((server, at) => [names[at] ?? '', new URL(server.url).host])))
  const instances = servers.map((server) => ({ server, url }))
  await becomesWhole(instances)
  return {
    instances,
    url,
    ledger,
    host: await registerHost(url),
    optionsOf: (first): Partial<ManagerOptions> => first % 5 === 4 ? whereRefused : asPages,
    newestVersions: async (pollIds) => await readNewestVersions(ledger, pollIds)
  }
}

/** `redis-server --maxmemory 128mb` as `{ maxmemory: '128mb' }`. */
function settingsOf ({ command = [] }: ComposedService): Record<string, string> {
  const words = command.slice(1)
  return Object.fromEntries(words.flatMap((word, at) => at % 2 === 0 ? [[word.replace(/^--/, ''), words[at + 1] ?? '']] : []))
}

/** As the image makes it: the user and the database that the environment names. Returns a connection to it. */
async function createDatabase (owner: Owner, url: string, { environment = {} }: ComposedService): Promise<Sql> {
  const { POSTGRES_USER: user = '', POSTGRES_DB: database = '' } = environment
  const server = connectDatabase(owner, url)
  await server`CREATE ROLE ${server(user)} SUPERUSER LOGIN`
  await server`CREATE DATABASE ${server(database)} OWNER ${server(user)}`
  return connectDatabase(owner, new URL(`/${database}`, url).href)
}
