// What lies between the programs fails: Redis, and the lines to everything.
import { setTimeout as delay } from 'node:timers/promises'
import { instanceOf } from '../arena.ts'
import { becomesWhole, throughClientLinks, type ClusterArena } from '../cluster.ts'
import { screensRecover } from '../crowd.ts'
import { promptMs, withoutRedisMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { votesWhile } from './votes-while.ts'

const clientDelayMs = 150
const jitterMs = 50
const stallMs = 400

export const networks: Scenario[] = [
  {
    id: 'redis-away',
    title: 'Redis is killed under votes, comes back after a while, and is frozen',
    rules: ['O1', 'R4'],
    database: 'postgres',
    shownWithinMs: withoutRedisMs,
    small,
    full: { ...full, times: 6 },
    play: votesWhile<ClusterArena>(1000, async (arena, { at, size }) => {
      arena.fault('Redis is killed')
      await arena.redis.kill()
      await delay([size.outageMs, 500, 5000][at % 3] ?? 0)
      await arena.redis.restart()
      await delay(1000)
      arena.fault('Redis is frozen')
      arena.redis.freeze()
      await delay(size.outageMs / 2)
      arena.redis.thaw()
    })
  },
  {
    id: 'redis-absent',
    title: 'instances start without Redis, and it comes while people vote',
    rules: ['O1', 'R4'],
    database: 'postgres',
    shownWithinMs: withoutRedisMs,
    small,
    full,
    async play (arena, size) {
      await arena.redis.kill()
      const starting = arena.instances.slice(0, size.times)
      arena.fault(`${starting.length} of ${arena.instances.length} instances start without Redis`)
      await Promise.all(starting.map(async ({ server }) => {
        await server.terminate()
        await server.restart()
      }))
      await votesWhile<ClusterArena>(size.outageMs / 2, async () => {
        await arena.redis.restart()
        await becomesWhole(arena.instances)
        await delay(1000)
      })(arena, { ...size, times: 1 })
    }
  },
  {
    id: 'partition',
    title: 'lines from an instance to Redis, PostgreSQL and its clients go dead, in both directions or one, and nobody is told',
    rules: ['O1', 'V7', 'R4'],
    database: 'postgres',
    shownWithinMs: withoutRedisMs,
    small: { ...small, outageMs: 5000 },
    full: { ...full, times: 6 },
    play: async (arena, size) => await votesWhile<ClusterArena>(500, async (arena, { at, size }) => {
      const { links, url } = instanceOf(arena, at)
      const isHalfOpen = at % 2 === 1
      arena.history.areFramesHeld = true
      for (const name of ['redis', 'postgres', 'clients'] as const) {
        arena.fault(`the line of instance ${at % arena.instances.length} to ${name} is dead${isHalfOpen || name === 'clients' ? ' on the way back' : ''}`)
        links[name].silence(isHalfOpen || name === 'clients' ? ['back'] : undefined)
        const from = performance.now()
        await delay(size.outageMs)
        links[name].heal()
        // Without Redis its screens follow all the same.
        if (name !== 'redis') arena.history.outages.push({ url, from, to: performance.now() })
        // Whoever was not answered meanwhile is answered now, or would wait for longer than anybody does.
        await delay(size.outageMs / 6)
      }
    })(throughClientLinks(arena), size)
  },
  {
    id: 'reconnect',
    title: 'all sockets drop and come back at once',
    rules: ['R3', 'R4', 'V3'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 290, watchers: 10 },
    full: { ...full, voters: 4900 },
    play: votesWhile(2000, async (arena, { crowd }) => {
      arena.fault('all sockets are cut')
      for (const person of [...crowd.voters, ...crowd.screens]) person.drop()
      await screensRecover(arena, crowd, 'all sockets were cut', 9000)
    })
  },
  {
    id: 'slow-links',
    title: 'every line is slow and uneven: 150 to 200 ms to the clients, 2 to 4 ms to PostgreSQL and Redis, and now and then it stands still',
    rules: ['V3', 'R4'],
    database: 'postgres',
    // From an acknowledgement on its way to a frame on its way, each of which may have stood still.
    shownWithinMs: promptMs + clientDelayMs + jitterMs + 2 * stallMs,
    small,
    full: { ...full, votesPerSecond: 500 },
    async play (straight, size) {
      const arena = throughClientLinks(straight)
      const { random } = arena
      for (const { links } of arena.instances) {
        links.clients.slow({ delayMs: clientDelayMs, jitterMs, stallShare: 0.01, stallMs, random })
        for (const name of ['postgres', 'redis'] as const) links[name].slow({ delayMs: 2, jitterMs: 2, stallShare: 0.002, stallMs: stallMs / 2, random })
      }
      arena.fault('every line is slow')
      arena.history.areFramesHeld = true
      try {
        await votesWhile<ClusterArena>(0, async () => {})(arena, size)
      } finally {
        for (const { links } of arena.instances) for (const link of Object.values(links)) link.heal()
      }
    }
  }
]
