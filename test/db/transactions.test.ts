import t from 'tap'
import postgres from 'postgres'
import { withSafeTransactions } from '../../db/transactions.ts'
import { skipUnless } from '../helpers/services.ts'
import { createTestDatabase } from '../helpers/database.ts'

t.test('the first statements of a transaction run inside it, issued together', { skip: skipUnless('TEST_DATABASE_URL') }, async (t) => {
  const client = withSafeTransactions(postgres(await createTestDatabase(t), { max: 1 }))
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
