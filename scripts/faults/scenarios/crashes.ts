// Processes that end, at once or when they are asked to.
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../../test/helpers/child-process.ts'
import { instanceOf, type Arena } from '../arena.ts'
import type { ClusterArena } from '../cluster.ts'
import { pick, randomAnswer, urlsOf } from '../crowd.ts'
import { promptMs } from '../limits.ts'
import { full, small, type Scenario } from '../scenario.ts'
import { joinVoter } from '../voter.ts'
import { votesWhile } from './votes-while.ts'

const killed = async (arena: Arena, { at }: { at: number }) => {
  const { server } = instanceOf(arena, at)
  arena.fault(`kill -9 of instance ${at % arena.instances.length}`)
  await server.kill()
  await server.restart()
}

export const crashes: Scenario[] = [
  {
    id: 'kill-instance',
    title: 'kill -9 of an instance under votes, and its restart',
    rules: ['O3', 'V1', 'V2'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small,
    full: { ...full, times: 5 },
    play: votesWhile(2000, killed)
  },
  {
    id: 'kill-postgres',
    title: 'kill -9 of PostgreSQL under votes, and its restart',
    rules: ['V7', 'V1', 'V2'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small,
    full,
    play: votesWhile<ClusterArena>(2000, async (arena, { crowd }) => {
      const probe = await joinVoter(arena, arena.history, { urls: urlsOf(arena), first: 0 })
      arena.fault('kill -9 of PostgreSQL')
      await arena.postgres.kill()
      await delay(1000)
      await arena.postgres.restart()
      const backAt = performance.now()
      await waitUntil(async () => await probe.vote(pick(crowd.polls, arena.random).id, randomAnswer(arena), 1) !== 'lost', 30_000, () => 'votes are still refused')
      arena.history.measures.push({ kind: 'recovery', what: 'a vote after the restart of PostgreSQL', value: performance.now() - backAt, limit: 5000 })
    })
  },
  {
    id: 'embedded',
    title: 'kill -9 of a server with the embedded database under votes, and its restart',
    rules: ['O3', 'V1', 'V2'],
    database: 'embedded',
    shownWithinMs: promptMs,
    small: { ...small, instances: 1 },
    full: { ...full, instances: 1, voters: 500, watchers: 50, votesPerSecond: 500, times: 10 },
    play: votesWhile(1500, killed)
  },
  {
    id: 'rolling-restart',
    title: 'the instances are restarted one after the other with SIGTERM',
    rules: ['O2', 'V1', 'V2'],
    database: 'postgres',
    shownWithinMs: promptMs,
    small: { ...small, voters: 90, watchers: 10 },
    full: { ...full, voters: 1900, watchers: 100 },
    play: votesWhile<ClusterArena>(500, async (arena, { at }) => {
      const { server } = instanceOf(arena, at)
      arena.fault(`SIGTERM to instance ${at % arena.instances.length}`)
      const startedAt = performance.now()
      const code = await server.terminate()
      arena.history.measures.push({ kind: 'recovery', what: `the exit of instance ${at % arena.instances.length}`, value: performance.now() - startedAt, limit: 14_000 })
      if (code !== 0) throw new Error(`an instance ended with exit code ${code}`)
      await server.restart()
    }, ({ instances }, { times }) => instances.length * times)
  }
]
