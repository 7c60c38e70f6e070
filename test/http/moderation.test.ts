import t from 'tap'
import { isFlagged } from '../../server/moderation/word-filter.ts'
import type { NewPoll, Poll, Receipt } from '../../server/protocol/poll.ts'
import type { BannedVoter, BlockedWords, Response } from '../../server/protocol/response.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const [{ url }, { url: otherUrl }] = await Promise.all([startServer(t, { DATABASE_URL: databaseUrl }), startServer(t, { DATABASE_URL: databaseUrl })])
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)

const openPoll = async (poll: Partial<NewPoll>) => await host.openPoll({ options: [], revote: 'change', ...poll })
const review = async (pollId: string, voterId: string, review: string) => await host.call<Response>('PUT', `/polls/${pollId}/responses/${voterId}`, { review })
const list = async (pollId: string, query = '', token?: string) => (await request<{ items: Response[], nextCursor: string | null }>(url, 'GET', `/api/v1/polls/${pollId}/responses${query}`, { token })).body
const resultsOf = async (pollId: string) => (await host.results(pollId)).body

async function write (poll: Poll, answer: { text: string } | { words: string[] }) {
  const { voterId, voterToken } = await createVoter(url)
  const { body } = await voteOverHttp(url, voterToken, poll.id, answer)
  return { voterId, voterToken, receipt: body }
}

t.test('open answers are listed newest first, in pages, without saying whose they are', async (t) => {
  const poll = await openPoll({ kind: 'text' })
  for (const text of ['one', 'two', 'three']) await write(poll, { text })
  const first = await list(poll.id, '?limit=2')
  t.strictSame(first.items.map(({ answer }) => answer.text), ['three', 'two'])
  t.ok(first.items.every((response) => !('voterId' in response)))
  const second = await list(poll.id, `?limit=2&cursor=${first.nextCursor ?? ''}`)
  t.match(second, { items: [{ answer: { text: 'one' }, review: 'shown' }], nextCursor: null })
  t.ok((await list(poll.id, '', host.accessToken)).items.every(({ voterId }) => voterId !== undefined), 'those who manage the room need it to review')
  t.match(await resultsOf(poll.id), { voters: 3, counts: {} })
  expectProblem(t, await request(url, 'GET', `/api/v1/polls/${poll.id}/responses?cursor=abc`), 'validation_failed')
  expectProblem(t, await request(url, 'GET', `/api/v1/polls/${(await host.openPoll()).id}/responses`), 'conflict', 'a kind without anything written')
})

t.test('[R6] hidden responses, and those that are held or removed, are shown to nobody but the staff', async (t) => {
  const poll = await openPoll({ kind: 'text', resultsVisibility: 'hosts' })
  const { voterToken } = await write(poll, { text: 'canary' })
  expectProblem(t, await request(url, 'GET', `/api/v1/polls/${poll.id}/responses`, { token: voterToken }), 'results_hidden')
  const shown = await openPoll({ kind: 'text', moderation: 'pre' })
  const { receipt } = await write(shown, { text: 'canary' })
  t.match(receipt, { status: 'recorded', held: true })
  t.strictSame((await list(shown.id)).items, [])
  for (const status of ['held', 'removed']) expectProblem(t, await request(url, 'GET', `/api/v1/polls/${shown.id}/responses?review=${status}`), 'forbidden')
  t.match(await list(shown.id, '?review=held', host.accessToken), { items: [{ answer: { text: 'canary' } }] })
})

t.test('a voter is told by REST, the socket and GraphQL that the own answer does not count, and a review is no change of it', async (t) => {
  const poll = await openPoll({ kind: 'text', moderation: 'pre', revote: 'withdraw' })
  const { voterId, voterToken } = await write(poll, { text: 'Tea' })
  const socket = await connectSocket(t, url, { auth: { voterToken } })
  const look = async () => {
    const rest = (await request<{ receipt: Receipt | null }>(url, 'GET', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })).body.receipt
    const { held } = await socket.joinPoll(poll.id)
    const { body } = await postGraphql(url, `{ poll(id: "${poll.id}") { held } }`, { token: voterToken })
    return { status: rest?.status, rest: rest?.held, socket: held, graphql: body.data }
  }
  const told = (status: string | undefined, held: true | undefined) => ({ status, rest: held, socket: held, graphql: { poll: { held: held ?? null } } })
  t.same(await look(), told('recorded', true))
  for (const status of ['shown', 'removed', 'held', 'shown']) {
    await review(poll.id, voterId, status)
    t.same(await look(), told('recorded', status === 'shown' ? undefined : true), status)
  }
  await voteOverHttp(url, voterToken, poll.id, { text: 'Coffee' })
  t.same(await look(), told('changed', true))
  await review(poll.id, voterId, 'shown')
  t.same(await look(), told('changed', undefined))
  await request(url, 'DELETE', `/api/v1/polls/${poll.id}/vote`, { token: voterToken })
  t.same(await look(), told(undefined, undefined), 'nothing is left that could be held')
  await voteOverHttp(url, voterToken, poll.id, { text: 'Tea' })
  t.same(await look(), told('recorded', true), 'a first answer again')
})

t.test('[V5][R1] a review is a version of its own, also after the close, and can be undone', async (t) => {
  const poll = await openPoll({ kind: 'words' })
  const watcher = await connectSocket(t, url)
  await watcher.joinPoll(poll.id)
  const { voterId, voterToken, receipt } = await write(poll, { words: ['Tea', 'Cake'] })
  await write(poll, { words: ['tea'] })
  t.match(await resultsOf(poll.id), { voters: 2, counts: { tea: 2, cake: 1 } })
  await host.command(poll.id, 'close')
  const { version } = await resultsOf(poll.id)

  t.match(await review(poll.id, voterId, 'removed'), { status: 200, body: { review: 'removed', version: version + 1 } })
  t.match(await watcher.resultsWhere((frame) => frame.version === version + 1), { final: true, voters: 1, counts: { tea: 1 }, derived: { distinct: 1 } })
  t.match(await review(poll.id, voterId, 'removed'), { body: { version: version + 1 } }, 'again changes nothing')
  t.match(await voteOverHttp(url, voterToken, poll.id, { words: ['cake', 'tea'] }), { body: { status: 'unchanged', held: true } }, '[V3] a retry does not bring it back')
  t.match(await review(poll.id, voterId, 'shown'), { body: { version: version + 2 } })
  t.match(await resultsOf(poll.id), { version: version + 2, voters: 2, counts: { tea: 2, cake: 1 }, derived: { distinct: 2 } })
  t.notOk('held' in receipt)
  const rows = await sql<{ n: number, review: string | null }[]>`SELECT n, review FROM ballots WHERE poll_id = ${poll.id} AND voter_id = ${voterId} ORDER BY n`
  t.strictSame(rows.map(({ n, review }) => [n, review]), [[1, null], [2, 'removed'], [3, null]], 'nothing is overwritten')
  expectProblem(t, await review(poll.id, (await createVoter(url)).voterId, 'removed'), 'not_found')
})

t.test('[R2] reviews that race votes on two servers end with a tally that a recount gives', async (t) => {
  const poll = await openPoll({ kind: 'words' })
  const voters = await Promise.all(Array.from({ length: 20 }, async () => await createVoter(url)))
  await Promise.all(voters.flatMap(({ voterId, voterToken }, at) => [
    voteOverHttp(at % 2 === 0 ? url : otherUrl, voterToken, poll.id, { words: [`w${at % 3}`] }),
    review(poll.id, voterId, 'removed'),
    voteOverHttp(at % 2 === 0 ? otherUrl : url, voterToken, poll.id, { words: [`w${(at + 1) % 3}`] }),
    review(poll.id, voterId, at % 2 === 0 ? 'shown' : 'held')
  ]))
  const rows = await sql<{ word: string, count: number }[]>`
    SELECT word, count(*)::int AS count FROM (SELECT DISTINCT ON (voter_id) answer, review FROM ballots WHERE poll_id = ${poll.id} ORDER BY voter_id, n DESC) AS newest,
      jsonb_array_elements_text(answer -> 'words') AS word WHERE review IS NULL GROUP BY word`
  // Without Redis a server finds out what the other one counted by comparing with the database.
  const [{ version } = { version: '' }] = await sql<{ version: string }[]>`SELECT version FROM tallies WHERE poll_id = ${poll.id}`
  await waitUntil(async () => (await resultsOf(poll.id)).version === Number(version), 15_000, () => 'the results stay behind')
  const { voters: counted, counts } = await resultsOf(poll.id)
  t.same(counts, Object.fromEntries(rows.map(({ word, count }) => [word, count])))
  t.equal(counted, rows.reduce((sum, { count }) => sum + count, 0))
})

t.test('coarse words are held, by look-alike letters too, and innocent ones pass', async (t) => {
  const poll = await openPoll({ kind: 'text' })
  const isHeld = async (text: string) => (await write(poll, { text })).receipt.held === true
  for (const text of ['fuck this', 'ƒüćk', 'fuuuck', 'sh1t', '$hit']) t.equal(isFlagged(text, { blockedWords: [] }), true, text)
  t.equal(await isHeld('What the ƒüćk'), true)
  for (const text of ['The Scunthorpe classics assess a cocktail in Essex', 'Analysis of assassins', 'Dickens']) t.equal(await isHeld(text), false, text)
})

t.test('a room\'s own words hold what has them, whole and in any case, from then on', async (t) => {
  const poll = await openPoll({ kind: 'text' })
  const before = await write(poll, { text: 'Acme is great' })
  t.match((await host.call<BlockedWords>('PUT', `/rooms/${poll.roomId}/blocked-words`, { words: ['ACME', 'Straße', 'a|b', 'слово', 'acme'] })).body, { words: ['acme', 'a|b', 'strasse', 'слово'] })
  t.notOk('held' in before.receipt)
  const heldTexts = ['acme!', 'Try Acmé', '4cme', 'In der STRASSE', 'Плохое Слово.']
  for (const text of heldTexts) t.equal((await write(poll, { text })).receipt.held, true, text)
  t.notOk('held' in (await write(poll, { text: 'acmeology' })).receipt, 'only a whole word')
  t.match(await resultsOf(poll.id), { voters: 2 })
  const { voterToken } = await createVoter(url)
  expectProblem(t, await request(url, 'PUT', `/api/v1/rooms/${poll.roomId}/name`, { token: voterToken, body: { name: 'Acme' } }), 'validation_failed', 'names are looked at too')
})

t.test('a list of blocked words is read once, however many answers are looked at', async (t) => {
  let reads = 0
  const blockedWords = new Proxy(['acme', 'слово'], { get: (words, name, list) => { reads += 1; return Reflect.get(words, name, list) } })
  t.equal(isFlagged('tea', { blockedWords }), false)
  const before = reads
  for (const [text, isBlocked] of [['tea', false], ['ACME', true], ['Слово.', true]] as const) t.equal(isFlagged(text, { blockedWords }), isBlocked, text)
  t.equal(reads, before)
})

t.test('[O4] a blocked word without anything to read is refused, and one that is stored already blocks nothing', async (t) => {
  const poll = await openPoll({ kind: 'text' })
  const refused = await host.call('PUT', `/rooms/${poll.roomId}/blocked-words`, { words: ['acme', '\u034F'] })
  expectProblem(t, refused, 'validation_failed')
  t.match(refused.body, { errors: [{ pointer: '/words/1' }] })
  await sql`UPDATE rooms SET blocked_words = ${sql.json(['', '\u034F', 'acme'])}, revision = revision + 1 WHERE id = ${poll.roomId}`
  const later = await startServer(t, { DATABASE_URL: databaseUrl })
  const socket = await connectSocket(t, later.url)
  t.match(await socket.call('vote:cast', { pollId: poll.id, answer: { text: 'fine' } }), { ok: true, data: { status: 'recorded', held: undefined } })
  t.match(await socket.call('vote:cast', { pollId: poll.id, answer: { text: 'Acme' } }), { ok: true, data: { status: 'changed', held: true } })
  const { body } = await request<BlockedWords>(later.url, 'GET', `/api/v1/rooms/${poll.roomId}/blocked-words`, { token: host.accessToken })
  t.strictSame(body, { words: ['acme'] })
})

t.test('a banned voter votes no more on any server, and again once the ban is lifted', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const { voterId, voterToken } = await createVoter(url)
  const vote = async (serverUrl: string, choice: number) => await voteOverHttp(serverUrl, voterToken, poll.id, { choices: [choice] })
  t.match((await vote(otherUrl, 1)).body, { status: 'recorded' })
  t.equal((await host.call('PUT', `/rooms/${poll.roomId}/bans/${voterId}`)).status, 204)
  expectProblem(t, await vote(url, 2), 'forbidden')
  // The same goes for a ban.
  await waitUntil(async () => (await vote(otherUrl, 1)).status !== 200, 15_000, () => 'the other server still takes the vote')
  expectProblem(t, await vote(otherUrl, 1), 'forbidden')
  await waitUntil(async () => (await resultsOf(poll.id)).voters === 1, 15_000, () => 'what counts already does not stay')
  t.match((await host.call<{ items: BannedVoter[] }>('GET', `/rooms/${poll.roomId}/bans`)).body, { items: [{ voterId }] })
  await host.call('DELETE', `/rooms/${poll.roomId}/bans/${voterId}`)
  t.match((await vote(url, 2)).body satisfies Receipt, { status: 'changed' })
})
