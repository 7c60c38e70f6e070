import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { countBallots, recount } from '../helpers/ledger.ts'
import { spawnServer, startServer } from '../helpers/server.ts'
import { skipUnless, startPgBouncer, startPostgres } from '../helpers/services.ts'

const skip = skipUnless('TEST_DATABASE_URL')

t.test('[V1][V2] through PgBouncer in transaction mode votes are counted exactly once, and the tables are migrated past it', { skip: skip || skipUnless('PGBOUNCER_PATH') }, async (t) => {
  const directUrl = await createTestDatabase(t)
  const ledger = connectDatabase(t, directUrl)
  // As docs/operations.md says; migrations must not feel it.
  await ledger.unsafe(`ALTER DATABASE ${new URL(directUrl).pathname.slice(1)} SET statement_timeout = '4s'`)
  const server = await startServer(t, { DATABASE_URL: await startPgBouncer(t, directUrl), DATABASE_DIRECT_URL: directUrl })
  const host = await registerHost(server.url)
  const polls = [await host.openPoll({ revote: 'change' }), await host.openPoll({ revote: 'change' })]
  const voters = await Promise.all(Array.from({ length: 40 }, async () => await createVoter(server.url)))
  for (const choice of [1, 2]) {
    const receipts = await Promise.all(polls.flatMap(({ id }) => voters.map(async ({ voterToken }) => await voteOverHttp(server.url, voterToken, id, { choices: [choice] }))))
    t.ok(receipts.every(({ status, body }) => status === 200 && body.status === (choice === 1 ? 'recorded' : 'changed')))
  }
  for (const { id } of polls) {
    const { body } = await host.results(id)
    t.match(body, { voters: 40, counts: { 2: 40 } })
    t.same(await recount(ledger, body), { voters: 40, counts: body.counts })
  }
})

t.test('[V1][V7] the primary is killed under votes and its standby promoted: no acknowledged vote is lost, and none counts twice', { skip }, async (t) => {
  const primary = await startPostgres({ fsync: true })
  t.teardown(() => primary.stop())
  const standby = await startPostgres({ fsync: true, standbyOf: primary })
  t.teardown(() => standby.stop())
  const before = connectDatabase(t, primary.url)
  await before`ALTER SYSTEM SET synchronous_standby_names = '*'`
  await before`SELECT pg_reload_conf()`
  await waitUntil(async () => (await before`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`).length === 1, 10_000, () => 'the standby does not follow')

  const server = await spawnServer(t, { DATABASE_URL: `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/postgres?target_session_attrs=primary` })
  const host = await registerHost(server.url)
  const poll = await host.openPoll()
  const voters = await Promise.all(Array.from({ length: 200 }, async () => await createVoter(server.url)))
  const acknowledged = new Set<string>()
  const startedAt = performance.now()
  let refused = 0
  let failedOver: Promise<number> | undefined

  async function failOver (): Promise<number> {
    await primary.kill()
    const promoting = connectDatabase(t, standby.url)
    await promoting`SELECT pg_promote()`
    const promotedAt = performance.now()
    await waitUntil(async () => (await voteOverHttp(server.url, (await createVoter(server.url)).voterToken, poll.id, { choices: [2] })).status === 200, 30_000, () => 'votes are still refused')
    return performance.now() - promotedAt
  }

  await Promise.all(voters.map(async ({ voterId, voterToken }, at) => {
    await delay(at * 20)
    if (at === 60) failedOver = failOver()
    // As a patient client: the same vote again until it is answered for good.
    await waitUntil(async () => {
      const { status } = await voteOverHttp(server.url, voterToken, poll.id, { choices: [1] })
      if (status === 200) acknowledged.add(voterId)
      else refused += 1
      return status === 200
    }, 40_000, () => `${voterId} was never answered for good`)
  }))
  const tookMs = await failedOver ?? NaN
  t.ok(tookMs < 5500, `[V7] votes count again ${Math.round(tookMs)} ms after the promotion`)
  t.ok(refused > 0, `${refused} sendings were refused meanwhile, of ${voters.length} votes in ${Math.round(performance.now() - startedAt)} ms`)

  const ledger = connectDatabase(t, standby.url)
  const stored = new Set((await ledger<{ voterId: string }[]>`SELECT voter_id AS "voterId" FROM ballots WHERE poll_id = ${poll.id}`).map(({ voterId }) => voterId))
  t.same(Array.from(acknowledged).filter((voterId) => !stored.has(voterId)), [], 'every acknowledged vote is on the new primary')
  t.equal(await countBallots(ledger, poll.id), voters.length + 1)
  const { body } = await host.results(poll.id)
  t.same(await recount(ledger, body), { voters: voters.length + 1, counts: body.counts })
  t.equal(await server.terminate(), 0)
  t.notMatch(server.output(), /unhandled|uncaught/i)
})
