// Options that voters suggest: what becomes of them, who sees them, and that they count like any other.
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { NewPoll, Poll, Results } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { PresenterLink } from '../../server/protocol/room.ts'
import type { Suggestion, SuggestionOutcome } from '../../server/protocol/suggestion.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { recount } from '../helpers/ledger.ts'
import { connectRaw } from '../helpers/raw-socket.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const environment = { DATABASE_URL: databaseUrl, ...(process.env.TEST_REDIS_URL === undefined ? {} : { REDIS_URL: process.env.TEST_REDIS_URL }) }
const { url } = await startServer(t, environment)
const host = await registerHost(url)
const sql = connectDatabase(t, databaseUrl)

const newToken = async () => (await createVoter(url)).voterToken
const openPoll = async (poll: Partial<NewPoll> = {}) => await host.openPoll({ writeIns: 'post', revote: 'change', ...poll })
const suggest = async (pollId: string, text: string, token?: string) =>
  await request<SuggestionOutcome>(url, 'POST', `/api/v1/polls/${pollId}/suggestions`, { token: token ?? await newToken(), body: { text } })
const list = async (pollId: string, query = '') => (await host.call<{ items: Suggestion[], nextCursor: string | null }>('GET', `/polls/${pollId}/suggestions${query}`)).body
const review = async (id: string, status: string) => await host.call<Suggestion>('PATCH', `/suggestions/${id}`, { status })
const read = async (pollId: string) => (await host.call<Poll>('GET', `/polls/${pollId}`)).body
const labelsOf = async (pollId: string) => Object.fromEntries((await read(pollId)).options.map(({ id, label }) => [id, label]))

/** A suggestion that waits, as those who manage the room see it. */
async function wait (pollId: string, text: string, token?: string): Promise<Suggestion> {
  t.match((await suggest(pollId, text, token)).body, { status: 'pending' })
  const found = (await list(pollId, '?status=pending')).items.find((one) => one.text === text)
  if (found === undefined) throw new Error(`${text} does not wait`)
  return found
}

t.test('[S1] what is suggested is an option at once, by one edit that everyone sees, and is voted for by its id', async (t) => {
  for (const kind of ['single', 'multiple'] as const) {
    const poll = await openPoll({ kind })
    const early = await newToken()
    await voteOverHttp(url, early, poll.id, { choices: [1] })
    const watcher = await connectSocket(t, url)
    await watcher.joinPoll(poll.id)
    const told = new Promise<Poll>((resolve) => watcher.socket.once('poll', resolve))
    const { voterToken } = await createVoter(url)
    const voter = await connectSocket(t, url, { auth: { voterToken } })
    t.strictSame(await voter.call('option:suggest', { pollId: poll.id, text: '  Neither ' }), { ok: true, data: { status: 'accepted', optionId: 3 } })
    t.match(await told, { revision: poll.revision + 1, options: [{ id: 1 }, { id: 2 }, { id: 3, label: 'Neither' }] })
    t.match(await watcher.resultsWhere(({ counts }) => counts[3] === 0), { version: 4, voters: 1, counts: { 1: 1 } }, 'one version, under the vote that is there')
    t.match(await voter.vote(poll.id, 3), { ok: true, data: { status: 'recorded', version: 5 } })
    t.match((await host.results(poll.id)).body, { voters: 2, counts: { 1: 1, 2: 0, 3: 1 } })
    t.equal((await read(poll.id)).maxChoices, kind === 'single' ? 1 : 3, 'bounds that were the default follow')
    t.match((await host.results(poll.id, '?version=3')).body.counts, { 1: 1, 2: 0, 3: undefined }, 'no option of a version before')
    if (kind === 'multiple') t.match((await voteOverHttp(url, early, poll.id, { choices: [1, 2, 3] })).body, { status: 'changed' })
    t.match(await host.call('GET', `/polls/${poll.id}/export?what=results&format=csv`), { status: 200, body: /,3,Neither,/ })
    const { body: rows } = await host.call<{ version: number, counts: object }[]>('GET', `/polls/${poll.id}/export?what=timeline&format=json`)
    t.match(rows[1], { version: 5, counts: { 1: 1, 2: 0, 3: 1 } })
  }
})

t.test('[S1] the same text, however it is written, is the same suggestion and never a second option', async (t) => {
  const poll = await openPoll()
  t.strictSame((await suggest(poll.id, 'yes')).body, { status: 'accepted', optionId: 1 }, 'an option of the host')
  const [first, ...others] = await Promise.all(['Straße', 'STRASSE', ' strasse', 'stra\u00adße', 'ſtraße'].map(async (text) => (await suggest(poll.id, text)).body))
  t.strictSame(first, { status: 'accepted', optionId: 3 })
  for (const other of others) t.strictSame(other, first)
  t.equal((await read(poll.id)).options.length, 3)

  const pre = await openPoll({ writeIns: 'pre' })
  const [author, other] = [await newToken(), await newToken()]
  const { id } = await wait(pre.id, 'Maybe', author)
  t.strictSame((await suggest(pre.id, 'MAYBE', other)).body, { status: 'pending' })
  await review(id, 'dismissed')
  t.strictSame((await suggest(pre.id, 'maybe', author)).body, { status: 'dismissed' })
  t.strictSame((await suggest(pre.id, 'maybe', other)).body, { status: 'pending' }, '[S2] nobody else learns that it was')
  await review(id, 'accepted')
  t.strictSame((await suggest(pre.id, 'maybe', other)).body, { status: 'accepted', optionId: 3 })
  t.equal((await list(pre.id)).items.length, 1)
})

t.test('[S2] who may suggest no more does not learn what others have suggested', async (t) => {
  const poll = await openPoll({ writeIns: 'pre' })
  await wait(poll.id, 'Hidden')
  const token = await newToken()
  for (const text of ['Tea', 'Coffee', 'Milk']) t.equal((await suggest(poll.id, text, token)).status, 200)
  for (const text of ['hidden', 'Water']) expectProblem(t, await suggest(poll.id, text, token), 'conflict', text)
  t.strictSame((await suggest(poll.id, 'tea', token)).body, { status: 'pending' }, 'what is one\'s own is answered')
})

t.test('[S3] a moderator accepts, dismisses and undoes; what a ballot names stays', async (t) => {
  const poll = await openPoll({ writeIns: 'pre' })
  const { id, text } = await wait(poll.id, 'Tea')
  t.match((await review(id, 'accepted')).body, { id, text, status: 'accepted', optionId: 3 })
  const { revision } = await read(poll.id)
  t.match((await review(id, 'accepted')).body, { status: 'accepted', optionId: 3 })
  t.equal((await read(poll.id)).revision, revision, 'again changes nothing')
  t.match((await review(id, 'dismissed')).body, { status: 'dismissed', optionId: null })
  t.same(await labelsOf(poll.id), { 1: 'Yes', 2: 'No' })
  t.match((await review(id, 'accepted')).body, { status: 'accepted', optionId: 4 }, 'the id that it had is never used again')

  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, poll.id, { choices: [4] })
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  expectProblem(t, await review(id, 'dismissed'), 'conflict', 'a ballot that counts no more names it still')
  await host.command(poll.id, 'reset')
  expectProblem(t, await review(id, 'dismissed'), 'conflict', 'so does one of an earlier round')
  t.same(await labelsOf(poll.id), { 1: 'Yes', 2: 'No', 4: 'Tea' })

  // In a round without ballots the host may take it out by an edit.
  const { options, revision: newest } = await read(poll.id)
  await host.call('PATCH', `/polls/${poll.id}`, { options: options.slice(0, 2) }, { 'if-match': `"${newest}"` })
  await host.command(poll.id, 'open')
  t.strictSame((await suggest(poll.id, 'tea')).body, { status: 'pending' }, 'not an option that is gone')
  t.match((await review(id, 'accepted')).body, { status: 'accepted', optionId: 5 })
})

t.test('[S3] what the poll cannot have, or do without, is a conflict', async (t) => {
  const poll = await openPoll({ writeIns: 'pre' })
  const { id } = await wait(poll.id, 'Tea')
  const edit = async (body: object) => await host.call<Poll>('PATCH', `/polls/${poll.id}`, body, { 'if-match': '*' })
  await edit({ options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }, { label: 'TEA' }] })
  expectProblem(t, await review(id, 'accepted'), 'conflict', 'the host has added it')
  await edit({ options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }] })
  t.match((await review(id, 'accepted')).body, { optionId: 4 })
  await edit({ correct: [4] })
  expectProblem(t, await review(id, 'dismissed'), 'conflict', 'the right answer')
  await edit({ correct: null, options: [{ id: 1, label: 'Yes' }, { id: 4, label: 'Tea' }] })
  expectProblem(t, await review(id, 'dismissed'), 'conflict', 'one of the last two')
  const other = await wait(poll.id, 'Milk')
  await edit({ kind: 'ranking' })
  expectProblem(t, await review(other.id, 'accepted'), 'conflict', 'a kind without suggestions')
  await host.command(poll.id, 'close')
  await host.command(poll.id, 'archive')
  expectProblem(t, await review(id, 'dismissed'), 'conflict', 'archived')
  expectProblem(t, await review(randomUUID(), 'accepted'), 'not_found')
  await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })
  expectProblem(t, await review(id, 'accepted'), 'not_found', 'it went with its poll')
})

t.test('each refusal has its code, and what is refused is not stored', async (t) => {
  const refused = async (pollId: string, text: string, code: ErrorCode, name?: string, token?: string) => {
    expectProblem(t, await suggest(pollId, text, token), code, name)
  }
  const poll = await openPoll()
  for (const text of ['', ' ', '\u034f', 'x'.repeat(121), 'a\nb']) await refused(poll.id, text, 'validation_failed', JSON.stringify(text))
  await refused(randomUUID(), 'Tea', 'poll_not_found')
  await refused('x', 'Tea', 'poll_not_found')
  expectProblem(t, await request(url, 'POST', `/api/v1/polls/${poll.id}/suggestions`, { body: { text: 'Tea' } }), 'unauthenticated')
  await refused((await host.createPoll({ writeIns: 'post' })).id, 'Tea', 'poll_not_found', 'a draft')
  await refused((await openPoll({ writeIns: 'off' })).id, 'Tea', 'conflict', 'off')
  await refused((await host.openPoll()).id, 'Tea', 'conflict', 'off unless it is set')
  for (const [command, code] of [['pause', 'poll_paused'], ['close', 'poll_closed']] as const) {
    await host.command(poll.id, command)
    await refused(poll.id, 'Tea', code)
  }
  const own = await openPoll({ writeIns: 'pre' })
  const author = await newToken()
  for (const text of ['One', 'Two', 'Three']) await suggest(own.id, text, author)
  await refused(own.id, 'Four', 'conflict', 'three of a voter', author)
  t.match((await suggest(own.id, 'one', author)).body, { status: 'pending' }, 'which may still be asked for')

  const full = await openPoll({ options: Array.from({ length: 49 }, (_option, at) => ({ label: `Option ${at + 1}` })) })
  t.match((await suggest(full.id, 'The last one')).body, { status: 'accepted', optionId: 50 })
  await refused(full.id, 'One more', 'conflict', 'as many options as a poll may have')
  const busy = await openPoll({ writeIns: 'pre' })
  await sql`INSERT INTO option_suggestions (id, poll_id, voter_id, text, folded, status)
    SELECT gen_random_uuid(), ${busy.id}, gen_random_uuid(), n, n, 'pending' FROM (SELECT generate_series(1, 500)::text AS n) AS made`
  await refused(busy.id, 'One more', 'conflict', 'as many as may wait')

  const { voterId, voterToken } = await createVoter(url)
  await host.call('PUT', `/rooms/${busy.roomId}/bans/${voterId}`)
  await refused(busy.id, 'Tea', 'forbidden', 'a banned voter', voterToken)
  await host.call('PATCH', `/rooms/${own.roomId}`, { access: 'codes' })
  await refused(own.id, 'Tea', 'forbidden', 'without a code')
  await host.call('PATCH', `/rooms/${own.roomId}`, { access: 'accounts' })
  await refused(own.id, 'Tea', 'unauthenticated', 'without an account')
  t.match((await host.call('POST', `/polls/${own.id}/suggestions`, { text: 'Tea' })), { status: 200, body: { status: 'pending' } })
  for (const kind of ['ranking', 'text'] as const) {
    expectProblem(t, await host.call('POST', '/polls', { kind, question: 'What?', options: kind === 'text' ? [] : [{ label: 'A' }, { label: 'B' }], writeIns: 'pre' }), 'validation_failed', kind)
  }
  const [{ stored } = { stored: 0 }] = await sql<{ stored: number }[]>`SELECT count(*)::int AS stored FROM option_suggestions WHERE poll_id IN (${poll.id}, ${full.id})`
  t.equal(stored, 1)
})

t.test('[L4] whether a poll takes suggestions may be changed under its ballots', async (t) => {
  const poll = await openPoll({ writeIns: 'off' })
  await voteOverHttp(url, await newToken(), poll.id, { choices: [1] })
  for (const writeIns of ['pre', 'post', 'off'] as const) {
    t.match(await host.call('PATCH', `/polls/${poll.id}`, { writeIns }, { 'if-match': '*' }), { status: 200, body: { writeIns } })
  }
})

t.test('[S2] what waits or was dismissed reaches only those who manage the room by their account', async (t) => {
  const poll = await openPoll({ options: [{ label: 'Yes' }, { label: 'No' }] })
  await host.call('PUT', `/rooms/${poll.roomId}/blocked-words`, { words: ['acme'] })
  const { body: { token: presenterToken } } = await host.call<PresenterLink>('POST', `/rooms/${poll.roomId}/presenter-link`)
  const code = await host.codeOf(poll)
  const raw = await Promise.all([{ voterToken: await newToken() }, { presenterToken }].map(async (auth) => await connectRaw(t, url, auth)))
  for (const { ask } of raw) await ask('room:join', { code })
  const moderator = await connectSocket(t, url, { auth: { accessToken: host.accessToken } })
  await moderator.joinPoll(poll.id)
  const presenter = await connectSocket(t, url, { auth: { presenterToken } })
  await presenter.joinPoll(poll.id)
  const heard: string[] = []
  presenter.socket.on('suggestions', () => { heard.push('presenter') })
  const waits = new Promise((resolve) => moderator.socket.once('suggestions', resolve))

  const { voterId, voterToken } = await createVoter(url)
  t.strictSame((await suggest(poll.id, 'Acme canary', voterToken)).body, { status: 'pending' }, 'a blocked word waits')
  t.strictSame(await waits, { pollId: poll.id }, 'moderators are told at once')
  const [{ id } = { id: '' }] = (await list(poll.id, '?status=pending')).items
  const dismissed = new Promise((resolve) => moderator.socket.once('suggestions', resolve))
  await review(id, 'dismissed')
  await dismissed
  t.match((await list(poll.id)).items, [{ text: 'Acme canary', voterId, status: 'dismissed' }])
  await host.command(poll.id, 'pause')
  for (const { ask, frames } of raw) {
    await ask('room:join', { code })
    t.notMatch(frames.join(), /canary/)
    t.notMatch(frames.join(), new RegExp(voterId))
  }
  t.strictSame(heard, [], 'a presenter link does not moderate')
  for (const path of [`/polls/${poll.id}`, `/polls/${poll.id}/results`]) t.notMatch(JSON.stringify((await request(url, 'GET', `/api/v1${path}`)).body), /canary/)
  const stranger = await registerHost(url)
  expectProblem(t, await stranger.call('GET', `/polls/${poll.id}/suggestions`), 'poll_not_found')
  expectProblem(t, await stranger.call('PATCH', `/suggestions/${id}`, { status: 'accepted' }), 'not_found')
})

t.test('moderators are told on every instance', { skip: process.env.TEST_REDIS_URL === undefined && 'TEST_REDIS_URL is not set' }, async (t) => {
  const other = await startServer(t, environment)
  const poll = await openPoll({ writeIns: 'pre' })
  const moderator = await connectSocket(t, other.url, { auth: { accessToken: host.accessToken } })
  await moderator.joinPoll(poll.id)
  const waits = new Promise((resolve) => moderator.socket.once('suggestions', resolve))
  await suggest(poll.id, 'Tea')
  t.strictSame(await waits, { pollId: poll.id })
})

t.test('suggestions are listed in pages, newest last', async (t) => {
  const poll = await openPoll({ writeIns: 'pre' })
  for (const text of ['One', 'Two', 'Three']) await suggest(poll.id, text)
  const first = await list(poll.id, '?limit=2&status=pending')
  const second = await list(poll.id, `?limit=2&status=pending&cursor=${first.nextCursor ?? ''}`)
  t.strictSame([...first.items, ...second.items].map(({ text }) => text), ['One', 'Two', 'Three'])
  t.equal(second.nextCursor, null)
  t.strictSame((await list(poll.id, '?status=accepted')).items, [])
})

/** Nobody is at one version told anything but what the ballots say, and no ballot names what is no option then. */
async function checkVersions (t: Test, poll: Poll, frames: Results[]): Promise<void> {
  const { version: last } = (await host.results(poll.id)).body
  for (let version = 1; version <= last; version++) {
    const { body } = await host.results(poll.id, `?version=${version}`)
    t.same(await recount(sql, body), { voters: body.voters, counts: body.counts }, `[R2] version ${version}`)
    const frame = frames.find((one) => one.version === version)
    if (frame !== undefined) t.same({ ...frame, at: '' }, { ...body, at: '' }, 'as it was shown')
  }
}

t.test('[S1][S3][R2] suggestions, votes and reviews at once: ids are unique, and every version is what the ballots say', async (t) => {
  const poll = await openPoll({ kind: 'multiple', writeIns: 'pre' })
  const watcher = await connectSocket(t, url)
  await watcher.joinPoll(poll.id)
  const texts = ['Tea', 'Milk', 'Rum', 'Water', 'Mate']
  const optionIds = new Set([1, 2])
  optionIds.add((await review((await wait(poll.id, 'Tea')).id, 'accepted')).body.optionId ?? 0)
  const storming = new AbortController()
  const people = Promise.all(Array.from({ length: 6 }, async (_person, at) => {
    const { call, vote } = await connectSocket(t, url)
    for (let turn = 0; turn < 4; turn++) {
      const written = texts[(at + turn) % texts.length] ?? ''
      const suggested = await call('option:suggest', { pollId: poll.id, text: turn % 2 === 0 ? written : written.toUpperCase() })
      if (suggested.ok && suggested.data.optionId !== undefined) optionIds.add(suggested.data.optionId)
      const ids = Array.from(optionIds)
      const ack = await vote(poll.id, ...new Set([ids[(at * 7 + turn) % ids.length] ?? 1, ids[(at + turn * 3) % ids.length] ?? 1]))
      t.match(ack, ack.ok ? {} : { error: { code: 'option_invalid' } }, 'only an option that was taken out meanwhile is refused')
    }
  })).finally(() => { storming.abort() })
  const moderators = Promise.all([0, 1].map(async (nth) => {
    for (let turn = nth; !storming.signal.aborted; turn++) {
      const { items } = await list(poll.id)
      const one = items[turn % Math.max(1, items.length)]
      if (one === undefined) continue
      const { body } = await review(one.id, one.status === 'accepted' && turn % 3 !== 0 ? 'dismissed' : 'accepted')
      if (body.optionId != null) optionIds.add(body.optionId)
    }
  }))
  await Promise.all([people, moderators])

  const { options } = await read(poll.id)
  t.equal(new Set(options.map(({ id }) => id)).size, options.length)
  t.equal(new Set(options.map(({ label }) => label.toLowerCase())).size, options.length, 'no text twice')
  const ever = await sql<{ optionId: number, labels: number }[]>`
    SELECT option_id AS "optionId", count(DISTINCT label)::int AS labels FROM option_labels WHERE poll_id = ${poll.id} GROUP BY option_id`
  t.ok(ever.every(({ labels }) => labels === 1), 'no id has stood for two texts')
  const named = new Set((await sql<{ id: number }[]>`SELECT DISTINCT jsonb_array_elements(answer -> 'choices')::int AS id FROM ballots WHERE poll_id = ${poll.id}`).map(({ id }) => id))
  t.ok(named.size > 2, `${named.size} options have votes`)
  t.same(Array.from(named).filter((id) => !options.some((option) => option.id === id)), [], 'every ballot names what is there')
  for (const { id, optionId } of (await list(poll.id, '?status=accepted')).items) {
    t.equal((await review(id, 'dismissed')).status, named.has(optionId ?? 0) ? 409 : 200, 'only what a ballot names stays')
  }
  await checkVersions(t, poll, watcher.frames)
})
