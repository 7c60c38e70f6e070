import t from 'tap'
import { openCluster } from '../../scripts/faults/cluster.ts'
import { survives } from '../helpers/scenarios.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('two instances whose processes end', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const cluster = await openCluster(t, 2)

  await t.test('[O3] kill -9 of an instance loses no acknowledged vote', async (t) => {
    t.ok(await survives(t, 'kill-instance', { cluster }) > 0, 'it was killed')
  })

  await t.test('[V7] kill -9 of PostgreSQL loses no acknowledged vote, and votes count again within five seconds of its return', async (t) => {
    t.ok(await survives(t, 'kill-postgres', { cluster }) > 0, 'it was killed')
  })
})
