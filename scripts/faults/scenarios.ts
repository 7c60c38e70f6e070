// Each breaks something while people vote. Limits are those of the rules, and what a busy machine takes by itself.
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/helpers/child-process.ts'
import { createVoter, voteOverHttp } from '../../test/helpers/clients.ts'
import type { Arena, Instance } from './arena.ts'
import { joinVoter } from './crowd.ts'
import { gather, pick, randomAnswer, voteWhile, type Crowd, type Scenario, type Size } from './scenario.ts'

const noiseMs = 1000
const promptMs = 1000 + noiseMs
const withoutRedisMs = 3000 + noiseMs
/** Screens are away for as long as their instance is; they have to come back in the time of the recovery. */
const whenBackMs = 15_000

const small: Size = { instances: 2, voters: 40, watchers: 6, polls: 3, votesPerSecond: 100, seconds: 6, times: 1 }
const full: Size = { instances: 3, voters: 1000, watchers: 100, polls: 10, votesPerSecond: 1000, seconds: 60, times: 3 }

type Break = (arena: Arena, at: number, crowd: Crowd) => Promise<void>

/** People vote at a steady rate, and every so often something is broken. */
function votesWhile (pauseMs: number, breakOne: Break, countTurns = ({ times }: Size) => times): Scenario['play'] {
  return async (arena, size) => {
    const crowd = await gather(arena, size)
    await voteWhile(arena, crowd, size, async () => {
      for (let at = 0; at < countTurns(size); at++) {
        await delay(pauseMs)
        await breakOne(arena, at, crowd)
      }
    })
  }
}

function instanceOf ({ instances }: Arena, at: number): Instance {
  const instance = instances[at % instances.length]
  if (instance === undefined) throw new Error('there is no instance')
  return instance
}

export const scenarios: Scenario[] = [
  {
    id: 'steady',
    title: 'votes at a steady rate over all instances',
    rules: ['V1', 'V2', 'R1', 'R2', 'R3', 'R4', 'R5'],
    shownWithinMs: promptMs,
    small: { ...small, instances: 3, voters: 100, watchers: 10, votesPerSecond: 200, seconds: 10 },
    full: { ...full, votesPerSecond: 2000, seconds: 120, voters: 5000 },
    async play (arena, size) {
      await voteWhile(arena, await gather(arena, size), size)
    }
  },
  {
    id: 'everyone',
    title: 'everybody votes in the moment in which the poll opens',
    rules: ['V1', 'R2', 'R4'],
    shownWithinMs: promptMs,
    small: { ...small, voters: 500, polls: 1 },
    full: { ...full, voters: 10_000, polls: 1 },
    async play (arena, size) {
      const crowd = await gather(arena, size, { isOpen: false })
      for (const { id } of crowd.polls) {
        const told = await Promise.all(crowd.voters.map(async (voter) => await voter.vote(id, randomAnswer(arena))))
        if (told.includes(false)) throw new Error('not everybody was told')
      }
      await crowd.recovered('the screens', promptMs)
    }
  },
  {
    id: 'kill-instance',
    title: 'kill -9 of an instance under votes, and its restart',
    rules: ['O3', 'V1', 'V2'],
    shownWithinMs: whenBackMs,
    small,
    full: { ...full, times: 5 },
    play: votesWhile(2000, async (arena, at) => {
      const { server } = instanceOf(arena, at)
      arena.fault(`kill -9 of instance ${at % arena.instances.length}`)
      await server.kill()
      await server.restart()
    })
  },
  {
    id: 'kill-postgres',
    title: 'kill -9 of PostgreSQL under votes, and its restart',
    rules: ['V7', 'V1', 'V2'],
    shownWithinMs: whenBackMs,
    small,
    full,
    play: votesWhile(2000, async (arena, _at, { polls }) => {
      const probe = await joinVoter(arena, arena.history, [instanceOf(arena, 0).url], 0)
      arena.fault('kill -9 of PostgreSQL')
      await arena.postgres.kill()
      await delay(1000)
      await arena.postgres.restart()
      const backAt = performance.now()
      await waitUntil(async () => await probe.vote(pick(polls, arena.random).id, randomAnswer(arena), 1), 30_000, () => 'votes are still refused')
      arena.history.recoveries.push({ what: 'a vote after the restart of PostgreSQL', tookMs: performance.now() - backAt, limitMs: 5000 + noiseMs })
    })
  },
  {
    id: 'redis-away',
    title: 'Redis is killed under votes, frozen, and comes back',
    rules: ['O1', 'R4'],
    shownWithinMs: withoutRedisMs,
    small,
    full: { ...full, times: 6 },
    play: votesWhile(1000, async (arena, at) => {
      arena.fault('Redis is killed')
      await arena.redis.kill()
      await delay([5000, 500, 15_000][at % 3] ?? 0)
      await arena.redis.restart()
      await delay(1000)
      arena.fault('Redis is frozen')
      arena.redis.freeze()
      await delay(3000)
      arena.redis.thaw()
    })
  },
  {
    id: 'partition',
    title: 'an instance cannot reach Redis, then PostgreSQL, and is not told',
    rules: ['O1', 'V7', 'R4'],
    shownWithinMs: whenBackMs,
    small,
    full: { ...full, times: 6 },
    play: votesWhile(1000, async (arena, at) => {
      const { links } = instanceOf(arena, at)
      for (const name of ['redis', 'postgres'] as const) {
        arena.fault(`instance ${at % arena.instances.length} loses ${name}`)
        links[name].silence()
        await delay(5000)
        links[name].heal()
        await delay(1000)
      }
    })
  },
  {
    id: 'reconnect',
    title: 'all sockets drop and come back at once',
    rules: ['R3', 'R4', 'V3'],
    shownWithinMs: whenBackMs,
    small: { ...small, voters: 300 },
    full: { ...full, voters: 5000 },
    play: votesWhile(2000, async (arena, _at, { recovered }) => {
      arena.fault('all sockets are cut')
      for (const { links } of arena.instances) links.clients.cut()
      await delay(300)
      for (const { links } of arena.instances) links.clients.heal()
      await recovered('after all sockets were cut', 10_000)
    })
  },
  {
    id: 'rolling-restart',
    title: 'the instances are restarted one after the other with SIGTERM',
    rules: ['O2', 'V1', 'V2'],
    shownWithinMs: whenBackMs,
    small,
    full,
    play: votesWhile(500, async (arena, at) => {
      const { server } = instanceOf(arena, at)
      arena.fault(`SIGTERM to instance ${at % arena.instances.length}`)
      const startedAt = performance.now()
      const code = await server.terminate()
      arena.history.recoveries.push({ what: `the exit of instance ${at % arena.instances.length}`, tookMs: performance.now() - startedAt, limitMs: 15_000 })
      if (code !== 0) throw new Error(`an instance ended with exit code ${code}`)
      await server.restart()
    }, ({ instances, times }) => instances * times)
  },
  {
    id: 'again-and-again',
    title: 'every vote is sent one to five times at once',
    rules: ['V2', 'V3'],
    shownWithinMs: promptMs,
    small: { ...small, voters: 100, polls: 5 },
    full: { ...full, voters: 1000, polls: 20 },
    async play (arena, size) {
      const crowd = await gather(arena, size)
      for (const { id } of crowd.polls) {
        await Promise.all(crowd.voters.map(async (voter) => {
          const answer = randomAnswer(arena)
          await Promise.all(Array.from({ length: 1 + Math.floor(arena.random() * 5) }, async () => await voter.vote(id, answer)))
        }))
      }
      await crowd.recovered('the screens', promptMs)
    }
  },
  {
    id: 'one-voter',
    title: 'fifty first votes of one voter at once, over all instances',
    rules: ['V2', 'V3'],
    shownWithinMs: promptMs,
    small: { ...small, voters: 1, polls: 20 },
    full: { ...full, voters: 1, polls: 200 },
    async play (arena, size) {
      const crowd = await gather(arena, size)
      for (const { id } of crowd.polls) {
        const { voterToken } = await createVoter(instanceOf(arena, 0).server.url)
        const receipts = await Promise.all(Array.from({ length: 50 }, async (_, at) => await voteOverHttp(instanceOf(arena, at).server.url, voterToken, id, { choices: [1] })))
        const recorded = receipts.filter(({ body }) => body.status === 'recorded').length
        if (recorded !== 1 || receipts.some(({ status }) => status > 299)) throw new Error(`${recorded} of the votes of one voter were recorded`)
        const [row] = await arena.ledger<{ count: number }[]>`SELECT count(*)::int FROM ballots WHERE poll_id = ${id}`
        if (row?.count !== 1) throw new Error(`there are ${row?.count} ballots of one voter`)
      }
      await crowd.recovered('the screens', promptMs)
    }
  }
]
