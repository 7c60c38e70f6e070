// Every kind under a storm, over two instances that share a database and over the embedded one: what anyone saw is what the ballots say.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import t, { type Test } from 'tap'
import type { Answer, NewPoll, Poll, PollKind, Results } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp, type Audience, type Host } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { openEmbeddedLedger } from '../helpers/ledger.ts'
import { assertCounted } from '../helpers/recount.ts'
import { spawnServer, startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

const options = ['A', 'B', 'C', 'D'].map((label) => ({ label }))
const tried: Record<PollKind, { poll: Partial<NewPoll>, answers: Answer[] }> = {
  single: { poll: { options, correct: [2, 3] }, answers: [1, 2, 3].map((id) => ({ choices: [id] })) },
  multiple: { poll: { options, correct: [1, 2] }, answers: [[1], [2, 1], [4, 3, 2]].map((choices) => ({ choices })) },
  rating: { poll: { scale: { min: -1, max: 3 } }, answers: [-1, 0, 3].map((value) => ({ value })) },
  ranking: { poll: { options }, answers: [[1, 2, 3, 4], [2, 1], [3], [4, 2]].map((choices) => ({ choices })) },
  number: { poll: { correct: { value: 0.3, tolerance: 0.1 } }, answers: [-2.5, 0, 0.3, 7, 1e-7].map((value) => ({ value })) },
  text: { poll: {}, answers: ['One', 'Two'].map((text) => ({ text })) },
  words: { poll: {}, answers: [['tea'], ['Tea', 'milk'], ['__proto__', 'constructor'], ['sugar', 'milk', 'tea']].map((words) => ({ words })) }
}

interface Watched { poll: Poll, watchers: Audience[] }

async function openWatched (t: Test, host: Host, urls: string[]): Promise<Watched[]> {
  return await Promise.all(Object.entries(tried).map(async ([kind, { poll: definition }]) => {
    const poll = await host.openPoll({ kind: kind as PollKind, options: [], revote: 'withdraw', ...definition })
    const watchers = await Promise.all(urls.map(async (url) => await connectSocket(t, url)))
    for (const watcher of watchers) await watcher.joinPoll(poll.id)
    return { poll, watchers }
  }))
}

/** People who vote, change and withdraw on every poll, half of them over HTTP, each on an instance of their own choice. Returns how many calls were refused. */
async function storm (t: Test, urls: string[], watched: Watched[], { people = 12, turns = 4, seed = 1 } = {}): Promise<number> {
  let refused = 0
  await Promise.all(Array.from({ length: people }, async (_person, at) => {
    const url = urls[at % urls.length] ?? ''
    const { voterToken } = await createVoter(url)
    const { call } = await connectSocket(t, url, { auth: { voterToken } })
    for (let turn = 0; turn < turns; turn++) {
      await Promise.all(watched.map(async ({ poll }, nth) => {
        const { answers } = tried[poll.kind]
        const answer = answers[(at * 7 + turn * 5 + nth + seed) % answers.length] ?? {}
        const isWithdrawal = (at + turn + nth + seed) % 5 === 4
        const isAccepted = at % 4 < 2
          ? (isWithdrawal ? await call('vote:withdraw', { pollId: poll.id }) : await call('vote:cast', { pollId: poll.id, answer })).ok
          : (isWithdrawal ? await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken }) : await voteOverHttp(url, voterToken, poll.id, answer)).status === 200
        // Who has no vote yet has none to take back.
        if (!isAccepted && !isWithdrawal) refused += 1
      }))
    }
  }))
  return refused
}

/** The answers that count at the results' version, by the ballots alone. */
async function answersAt (ledger: Sql, { pollId, round, version }: Results): Promise<Answer[]> {
  const rows = await ledger<{ answer: Answer | null }[]>`
    SELECT DISTINCT ON (voter_id) answer FROM ballots
    WHERE poll_id = ${pollId} AND round = ${round} AND version <= ${version} ORDER BY voter_id, n DESC`
  return rows.map(({ answer }) => answer).filter((answer) => answer !== null)
}

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

async function checkFrames (t: Test, ledger: Sql, { poll }: Watched, frames: Results[]): Promise<void> {
  const byVersion = new Map(frames.map((results) => [results.version, results]))
  const counted = { kind: poll.kind, optionIds: poll.options.map(({ id }) => id), settings: poll }
  for (const results of byVersion.values()) {
    const answers = await answersAt(ledger, results)
    t.doesNotThrow(() => { assertCounted(results, counted, answers) }, `[R2] ${poll.kind}: version ${results.version} is what the ballots say`)
  }
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
    for (const one of watched) {
      await settle(urls, one)
      const last = await readAgreed(t, urls, one)
      await checkFrames(t, ledger, one, [last, ...one.watchers.flatMap(({ frames }) => frames)])
    }
  }

  t.test('[R2] votes, changes and withdrawals on both at once: every version that anyone saw is what the ballots say', async (t) => {
    t.equal(await storm(t, urls, watched), 0, 'every vote counts')
    await check(t)
  })

  t.test('[V6][V7] batches that fail on their way leave no count behind, on neither instance', async (t) => {
    let isOver = false
    const killing = (async () => {
      let killed = 0
      while (!isOver) {
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
    isOver = true
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
