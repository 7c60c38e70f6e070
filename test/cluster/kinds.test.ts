// Every kind under a storm over two instances that share a database: what anyone saw is what the ballots say.
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Results } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { registerHost, request } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { checkFrames, openWatched, storm, type Watched } from '../helpers/kinds-storm.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

/** What one instance answers, what the other answers and what came last on every socket is the same. */
async function readAgreed (t: Test, urls: string[], { poll, watchers }: Watched): Promise<Results> {
  const [first, ...others] = await Promise.all(urls.map(async (url) => (await request<Results>(url, 'GET', `/api/v1/polls/${poll.id}/results`)).body))
  if (first === undefined) throw new Error('no instance')
  for (const other of others) t.same(other, first, `${poll.kind}: both instances say the same`)
  for (const { frames } of watchers) t.same(frames.at(-1), first, `${poll.kind}: the last frame`)
  return first
}

async function settle (urls: string[], { poll, watchers }: Watched): Promise<void> {
  await waitUntil(async () => {
    const versions = await Promise.all(urls.map(async (url) => (await request<Results>(url, 'GET', `/api/v1/polls/${poll.id}/results`)).body.version))
    return new Set([...versions, ...watchers.map(({ frames }) => frames.at(-1)?.version)]).size === 1
  }, 10_000, () => `${poll.kind}: they do not agree`)
}

t.test('every kind on two instances with one database', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') }, async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: process.env.TEST_REDIS_URL ?? '' }
  const [a, b] = await Promise.all([startServer(t, environment), startServer(t, environment)])
  const urls = [a.url, b.url]
  const ledger = connectDatabase(t, databaseUrl)
  const host = await registerHost(a.url)
  const watched = await openWatched(t, host, urls)

  async function check (t: Test): Promise<void> {
    await Promise.all(watched.map(async (one) => {
      await settle(urls, one)
      const last = await readAgreed(t, urls, one)
      await checkFrames(t, ledger, one, [last, ...one.watchers.flatMap(({ frames }) => frames.splice(0))])
    }))
  }

  t.test('[R2] votes, changes and withdrawals on both at once: every version that anyone saw is what the ballots say', async (t) => {
    t.equal(await storm(t, urls, watched), 0, 'every vote counts')
    await check(t)
  })

  t.test('[V6][V7] batches that fail on their way leave no count behind, on neither instance', async (t) => {
    const storming = new AbortController()
    const killing = (async () => {
      let killed = 0
      while (!storming.signal.aborted) {
        const [row] = await ledger<{ ended: number }[]>`
          SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')
            AND (query ILIKE '%ballots%' OR query ILIKE '%tallies%' OR query ILIKE '%tally_buckets%')`
        killed += row?.ended ?? 0
        await pause(25)
      }
      return killed
    })()
    const refused = await storm(t, urls, watched, { seed: 2 })
    storming.abort()
    const killed = await killing
    t.ok(killed > 0 && refused > 0, `${killed} connections were cut, ${refused} votes were refused`)
    t.equal(await storm(t, urls, watched, { people: 4, turns: 2, seed: 3 }), 0, 'then votes count again')
    await check(t)
  })

  t.test('[R2][L3] a reset begins every kind at zero, and the old round stays as it was', async (t) => {
    const before = await Promise.all(watched.map(async ({ poll }) => (await host.results(poll.id)).body))
    for (const { poll } of watched) await host.command(poll.id, 'reset')
    for (const { poll } of watched) await host.command(poll.id, 'open')
    t.equal(await storm(t, urls, watched, { people: 6, turns: 2, seed: 4 }), 0)
    await check(t)
    for (const { pollId, voters, counts, derived, version } of before) {
      t.match((await request(b.url, 'GET', `/api/v1/polls/${pollId}/results?round=1`)).body, { voters, counts, version, final: true, ...(derived === undefined ? {} : { derived }) })
    }
  })
})
