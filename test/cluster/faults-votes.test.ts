import t from 'tap'
import { openCluster } from '../../scripts/faults/cluster.ts'
import { survives } from '../helpers/scenarios.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('many votes on three instances', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const cluster = await openCluster(t, 3)

  await t.test('[V1] [R1] [R5] votes at a steady rate are all there, and every screen shows each version as the ballots say', async (t) => {
    await survives(t, 'steady', { cluster })
  })

  await t.test('[R4] everybody votes in the moment in which the poll opens, and the screens follow in time', async (t) => {
    await survives(t, 'everyone', { cluster })
  })

  await t.test('[V3] a vote that is sent up to five times over two sockets and HTTP is one ballot with one receipt', async (t) => {
    await survives(t, 'again-and-again', { cluster })
  })

  await t.test('[V2] fifty first votes of one voter at once, on all instances, are one ballot', async (t) => {
    await survives(t, 'one-voter', { cluster })
  })

  await t.test('[R4] over slow and uneven lines everything is exact, and as late as the lines are', async (t) => {
    t.ok(await survives(t, 'slow-links', { cluster }) > 0, 'the lines were slow')
  })

  await t.test('[O4] readers that stop or read slowly cost bounded memory and nobody else, and find the newest state when they read again', async (t) => {
    t.ok(await survives(t, 'slow-readers', { cluster }) > 0, 'some did not read')
  })
})
