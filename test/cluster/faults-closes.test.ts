import t from 'tap'
import { openCluster } from '../../scripts/faults/cluster.ts'
import { survives } from '../helpers/scenarios.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('three instances that open and close polls', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const cluster = await openCluster(t, 3)

  await t.test('[V5] [R7] nothing counts after a close that races with the votes, and every instance says the same of it', async (t) => {
    await survives(t, 'close-race', { cluster })
  })

  await t.test('[L2] the timers of all instances open and close a poll once, also when one of them dies of it', async (t) => {
    t.ok(await survives(t, 'schedulers', { cluster }) > 0, 'an instance was killed')
  })
})
