// Exports that are long: they take little memory, few at once, and end with their reader or the server.
import type { Sql } from 'postgres'
import t from 'tap'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, expectProblem, registerHost, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { readMemory } from '../helpers/process-memory.ts'
import { spawnServer } from '../helpers/server.ts'

t.test('an export of many ballots', async (t) => {
  const ballotCount = Number(process.env.EXPORT_BALLOTS ?? 60_000)
  // A heap that would not hold the ballots.
  const server = await spawnServer(t, { DATABASE_URL: await createTestDatabase(t), NODE_OPTIONS: '--max-old-space-size=80' })
  const host = await registerHost(server.url)
  const poll = await host.openPoll({ revote: 'change' })
  await fill(connectDatabase(t, server.databaseUrl), poll.id, ballotCount)
  const open = async (query: string, signal?: AbortSignal) => await fetch(`${server.url}/api/v1/polls/${poll.id}/export${query}`, {
    headers: { authorization: `Bearer ${host.accessToken}` }, ...(signal === undefined ? {} : { signal })
  })

  await t.test('takes no more memory than one of few, shows nothing that came later, and holds up no vote', async (t) => {
    for (const [query, expected] of [['?format=ndjson&what=ballots', ballotCount], ['?format=csv&what=timeline', ballotCount / 2 + 2]] as const) {
      const before = readMemory(server.pid())
      const startedAt = Date.now()
      const answer = await open(query)
      const { voterToken } = await createVoter(server.url)
      t.equal((await voteOverHttp(server.url, voterToken, poll.id, { choices: [1] })).status, 200)
      let peak = before
      t.equal(await countLines(answer, () => { peak = Math.max(peak, readMemory(server.pid())) }), expected)
      t.ok(peak - before < 100, `${query}: from ${Math.round(before)} MB to ${Math.round(peak)} MB in ${Date.now() - startedAt} ms`)
    }
  })

  const unread = new AbortController()
  await t.test('waits for its reader, as one of four at most', async (t) => {
    const opened = await Promise.all([1, 2, 3, 4].map(async () => await open('?what=ballots&format=json', unread.signal)))
    t.strictSame(opened.map(({ status }) => status), [200, 200, 200, 200])
    const refused = await host.call('GET', `/polls/${poll.id}/export`)
    expectProblem(t, refused, 'busy')
    t.equal(refused.headers.get('retry-after'), '5')
  })

  await t.test('ends when its reader goes', async (t) => {
    unread.abort()
    await waitUntil(async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(async () => await host.call('GET', `/polls/${poll.id}/export`)))
      return answers.every(({ status }) => status === 200)
    }, 15_000, () => 'the exports that nobody reads go on')
    t.pass()
  })

  await t.test('[O2] is cut off when the server ends', async (t) => {
    const cut = await open('?what=ballots&format=json')
    t.equal(await server.terminate(), 0)
    await t.rejects(countLines(cut))
  })
})

async function countLines ({ body }: Response, onChunk = () => {}): Promise<number> {
  let lines = 0
  for await (const chunk of body ?? []) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
    onChunk()
  }
  return lines
}

/** As if so many people had voted, two in each batch. */
async function fill (sql: Sql, pollId: string, ballotCount: number): Promise<void> {
  await sql`
    INSERT INTO ballots (poll_id, round, voter_id, n, version, answer, at)
    SELECT ${pollId}, 1, gen_random_uuid(), 1, 3 + i / 2, CASE i % 2 WHEN 0 THEN '{"choices":[1]}'::jsonb ELSE '{"choices":[2]}' END, now()
    FROM generate_series(0, ${ballotCount - 1}::int) i`
  const counts = { 1: ballotCount / 2, 2: ballotCount / 2 }
  await sql`UPDATE tallies SET version = ${2 + ballotCount / 2}, voters = ${ballotCount}, counts = ${sql.json(counts)} WHERE poll_id = ${pollId}`
}
