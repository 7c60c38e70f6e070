import t from 'tap'
import postgres from 'postgres'
import { surviveLostConnections } from '../../db/lost-connections.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { skipUnless } from '../helpers/services.ts'
import { createTestDatabase } from '../helpers/database.ts'

t.test('the first statements of a transaction run inside it, issued together', { skip: skipUnless('TEST_DATABASE_URL') }, async (t) => {
  const client = surviveLostConnections(postgres(await createTestDatabase(t), { max: 1 }))
  t.teardown(() => client.end())
  for (const run of ['unprepared', 'prepared']) {
    const ids = await client.begin(async (tx) => {
      const [first, second] = await Promise.all([tx`SELECT txid_current() AS id`, tx`SELECT txid_current() AS id, 1 AS one`])
      const third = await tx`SELECT txid_current() AS id`
      return [first, second, third].map(([row]) => row?.id)
    })
    t.equal(new Set(ids).size, 1, `${run} statements share one transaction`)
  }
})

t.test('[V7] queries that follow a lost connection are answered, not told what ended it', { skip: skipUnless('TEST_DATABASE_URL') }, async (t) => {
  const url = await createTestDatabase(t)
  const client = surviveLostConnections(postgres(url, { max: 1, backoff: () => 0 }))
  const other = postgres(url, { max: 1 })
  t.teardown(async () => { await Promise.all([client.end(), other.end()]) })
  for (const round of [1, 2, 3]) {
    const [session] = await client`SELECT pg_backend_pid() AS pid`
    const asleep = client`SELECT pg_sleep(30)`.catch((error: unknown) => error)
    await waitUntil(async () => {
      const [activity] = await other`SELECT query FROM pg_stat_activity WHERE pid = ${session?.pid} AND state = 'active'`
      return activity !== undefined
    }, 15_000, () => 'the query does not run')
    await other`SELECT pg_terminate_backend(${session?.pid})`
    t.match(await asleep, Error, `the query of round ${round} is told`)
    const rows = await client.unsafe('SELECT $1::int AS round', [round])
    t.same(rows[0], { round })
  }
})
