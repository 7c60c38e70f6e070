import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Results } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { recount } from '../helpers/ledger.ts'
import { startRedisCluster } from '../helpers/redis-cluster.ts'
import { spawnServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'
import { limitsSignIns } from '../helpers/sign-ins.ts'

/** What the sharded adapter names the channel of the default namespace. */
const channel = 'socket.io#/#'
// What the rules allow, and what a busy machine takes by itself.
const repairMs = 3000 + 500
const failoverMs = 15_000

t.test('two instances on one PostgreSQL and a Redis Cluster', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const cluster = await startRedisCluster(t)
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: cluster.urls.slice(0, 3).join(','), METRICS_PORT: '0' }
  const [a, b] = await Promise.all([spawnServer(t, environment), spawnServer(t, environment)])
  const host = await registerHost(a.url)
  const poll = await host.openPoll({ revote: 'change' })
  const screen = await connectSocket(t, b.url)
  await screen.joinPoll(poll.id)

  async function redisIs (state: 'up' | 'down'): Promise<void> {
    for (const { url } of [a, b]) {
      await waitUntil(async () => (await request<{ redis: string }>(url, 'GET', '/readyz')).body.redis === state, failoverMs, () => `${url} does not see that Redis is ${state}`)
    }
  }

  async function vote (): Promise<number> {
    const { status, body } = await voteOverHttp(a.url, (await createVoter(a.url)).voterToken, poll.id, { choices: [1] })
    if (status !== 200 || body.version === undefined) throw new Error(`a vote was answered with ${status}`)
    return body.version
  }

  /** Of ten votes on A, the time until the screen on B had each. */
  async function measure (): Promise<number[]> {
    const times: number[] = []
    for (let n = 0; n < 10; n++) {
      const version = await vote()
      const startedAt = performance.now()
      await screen.resultsWhere((results) => results.version >= version)
      times.push(performance.now() - startedAt)
    }
    return times.sort((one, other) => one - other)
  }

  /** Comparing with the database finds each after half a second on average, and a message after a tick at most. */
  async function isTold (t: Test): Promise<void> {
    await redisIs('up')
    const times = await measure()
    t.ok((times[5] ?? NaN) < 250, `half of the votes were seen within ${Math.round(times[5] ?? NaN)} ms`)
  }

  t.test('[R4] what is committed on one is told to the other at once', isTold)

  t.test('sign-ins are counted over both instances', async (t) => {
    await limitsSignIns(t, 'redis-cluster@example.org', a, b)
  })

  t.test('[O1] the node of their channel is killed under votes: all are acknowledged and follow through the database, until its replica has taken over', async (t) => {
    const master = await cluster.masterOf(channel)
    const votes: Promise<number>[] = []
    const until = performance.now() + 6000
    let isKilled = false
    while (performance.now() < until) {
      votes.push(vote())
      if (!isKilled && votes.length === 20) {
        isKilled = true
        await master.kill()
      }
      await delay(50)
    }
    const version = Math.max(...await Promise.all(votes))
    const endedAt = performance.now()
    const seen: Results = await screen.resultsWhere((results) => results.version >= version, repairMs)
    t.ok(performance.now() - endedAt < repairMs, `[R4] the last one after ${Math.round(performance.now() - endedAt)} ms`)
    t.ok(votes.length > 60, `${votes.length} votes`)
    t.same(await recount(connectDatabase(t, databaseUrl), seen), { voters: seen.voters, counts: seen.counts }, '[R2] what is shown is what is stored')
    t.same(screen.frames.map((results) => results.version), screen.frames.map((results) => results.version).sort((one, other) => one - other), '[R3] nothing went back')

    await isTold(t)
  })

  t.test('[O1] all of this ended no process and left no unhandled rejection; [O2] each ends in order', async (t) => {
    for (const server of [a, b]) {
      t.equal(await server.terminate(), 0)
      t.notMatch(server.output(), /unhandled|uncaught/i)
    }
  })
})
