import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Results } from '../../server/protocol/poll.ts'
import { registerHost, request } from '../helpers/clients.ts'
import { checkFrames, openWatched, storm } from '../helpers/kinds-storm.ts'
import { openEmbeddedLedger } from '../helpers/ledger.ts'
import { spawnServer } from '../helpers/server.ts'

t.test('[R2][O3] every kind on the embedded database, with kill -9 between two storms', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-test-'))
  const server = await spawnServer(t, { DATA_DIR: dataDir })
  const host = await registerHost(server.url)
  const watched = await openWatched(t, host, [server.url])
  t.equal(await storm(t, [server.url], watched, { people: 8, turns: 3 }), 0)
  const frames = new Map(watched.map(({ poll, watchers }) => [poll.id, watchers.flatMap(({ frames }) => frames)]))
  await server.kill()
  await server.restart()
  t.equal(await storm(t, [server.url], watched, { people: 4, turns: 3, seed: 2 }), 0)
  for (const { poll } of watched) frames.get(poll.id)?.push((await request<Results>(server.url, 'GET', `/api/v1/polls/${poll.id}/results`)).body)
  t.equal(await server.terminate(), 0)
  const ledger = await openEmbeddedLedger(t, dataDir)
  for (const one of watched) await checkFrames(t, ledger, one, frames.get(one.poll.id) ?? [])
})
