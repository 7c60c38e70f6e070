import t from 'tap'
import { openCluster } from '../../scripts/faults/cluster.ts'
import { survives } from '../helpers/scenarios.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('two instances whose lines fail', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const cluster = await openCluster(t, 2)

  await t.test('[O1] while Redis is away, has come back or is frozen, votes go on and screens follow in three seconds', async (t) => {
    t.ok(await survives(t, 'redis-away', { cluster }) > 0, 'it was away')
  })

  await t.test('[O1] an instance starts without Redis, serves, and takes part when it comes', async (t) => {
    t.ok(await survives(t, 'redis-absent', { cluster }) > 0, 'it started without')
  })

  await t.test('[V7] lines to Redis, PostgreSQL and the clients that go dead without a word lose no vote and hold nothing up', async (t) => {
    t.ok(await survives(t, 'partition', { cluster }) > 0, 'they were dead')
  })

  await t.test('[R3] three hundred sockets that drop at once are all back with the newest state within ten seconds', async (t) => {
    t.ok(await survives(t, 'reconnect', { cluster }) > 0, 'all were cut')
  })
})
