import t from 'tap'
import type { PollCommand } from '../../server/polls/lifecycle.ts'
import type { Poll, PollStatus, Results } from '../../server/protocol/poll.ts'
import type { ListedRoom, Room } from '../../server/protocol/room.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp, type Answered } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)
const stranger = await registerHost(url)

interface List<T> { items: T[], nextCursor: string | null }

const anyone = async <T>(path: string, headers: Record<string, string> = {}) => await request<T>(url, 'GET', `/api/v1${path}`, { headers })
const edit = async (poll: Poll, change: object) => await host.call<Poll>('PATCH', `/polls/${poll.id}`, change, { 'if-match': `"${poll.revision}"` })
const read = async (pollId: string) => (await host.call<Poll>('GET', `/polls/${pollId}`)).body

async function vote (pollId: string, ...choices: number[]): Promise<void> {
  const { voterToken } = await createVoter(url)
  const { status } = await voteOverHttp(url, voterToken, pollId, { choices })
  if (status !== 200) throw new Error(`the vote was answered ${status}`)
}

/** Takes the list from page to page; the page sizes are part of what is looked at. */
async function readPages<T> (path: string, limit: number): Promise<T[][]> {
  const pages: T[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body }: Answered<List<T>> = await stranger.call<List<T>>('GET', `${path}?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    pages.push(body.items)
    cursor = body.nextCursor
  }
  return pages
}

t.test('creating a poll answers 201 with its address and the documented defaults', async (t) => {
  const created = await host.call<Poll>('POST', '/polls', { kind: 'single', question: 'Tea?', options: [{ label: 'Yes' }, { label: 'No' }] })
  t.equal(created.status, 201)
  t.equal(created.headers.get('location'), `/api/v1/polls/${created.body.id}`)
  t.equal(created.headers.get('etag'), '"1"')
  const { id, roomId, createdAt, updatedAt, ...rest } = created.body
  t.strictSame(rest, {
    kind: 'single',
    question: 'Tea?',
    options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }],
    status: 'draft',
    round: 1,
    revote: 'locked',
    resultsVisibility: 'live',
    revealed: null,
    minChoices: 1,
    maxChoices: 1,
    opensAt: null,
    closesAt: null,
    revision: 1
  })
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/, 'a UUIDv7')
  t.equal(createdAt, new Date(createdAt).toISOString())
  t.equal(updatedAt, createdAt)
  t.hasStrict((await host.call('GET', `/rooms/${roomId}`)).body, { title: 'Tea?' }, 'a new room of the same title')
  t.hasStrict((await host.results(id)).body, { version: 1, voters: 0, counts: { 1: 0, 2: 0 }, final: false })

  const several = await host.createPoll({ roomId, kind: 'multiple', options: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] })
  t.hasStrict(several, { roomId, minChoices: 1, maxChoices: 3 })
})

t.test('a poll has an ETag; an edit needs it as If-Match', async (t) => {
  const poll = await host.openPoll()
  const path = `/polls/${poll.id}`
  const held = await anyone<Poll>(path)
  const etag = held.headers.get('etag') ?? ''
  t.equal(etag, `"${poll.revision}"`)
  t.strictSame(held.body, poll)
  for (const match of [etag, `W/${etag}`, `"99", ${etag}`, '*']) {
    const fresh = await anyone(path, { 'if-none-match': match })
    t.strictSame([fresh.status, fresh.body, fresh.headers.get('etag')], [304, '', etag], `If-None-Match: ${match}`)
  }

  const patch = async (headers: Record<string, string>) => await host.call<Poll>('PATCH', path, { question: 'Really?' }, headers)
  expectProblem(t, await patch({}), 'revision_required')
  expectProblem(t, await patch({ 'if-match': '"1"' }), 'stale_revision')
  t.strictSame(await read(poll.id), poll, 'refused edits change nothing')
  const edited = await patch({ 'if-match': etag })
  t.equal(edited.headers.get('etag'), '"3"')
  t.hasStrict(edited.body, { question: 'Really?', revision: 3 })
  t.equal((await anyone(path, { 'if-none-match': etag })).status, 200, 'the old ETag is not fresh any more')
  t.strictSame((await edit(edited.body, { question: 'Really?' })).body, edited.body, 'the same again changes nothing')

  expectProblem(t, await host.call('DELETE', path), 'revision_required')
  expectProblem(t, await host.call('DELETE', path, undefined, { 'if-match': etag }), 'stale_revision')
  t.equal((await host.call('DELETE', path, undefined, { 'if-match': '"3"' })).status, 204)
  expectProblem(t, await host.call('GET', path), 'poll_not_found')
  expectProblem(t, await host.call('DELETE', path, undefined, { 'if-match': '"3"' }), 'poll_not_found')
})

t.test('[R1] results have their version as the ETag', async (t) => {
  const poll = await host.openPoll()
  const path = `/polls/${poll.id}/results`
  const before = await anyone<Results>(path)
  t.equal(before.headers.get('etag'), `"${before.body.version}"`)
  t.equal((await anyone(path, { 'if-none-match': `"${before.body.version}"` })).status, 304)

  await vote(poll.id, 1)
  const after = await anyone<Results>(path, { 'if-none-match': `"${before.body.version}"` })
  t.hasStrict(after.body, { version: before.body.version + 1, voters: 1 })
})

t.test('lists go newest first, page by page, and miss or repeat nothing', async (t) => {
  const { body: room } = await stranger.call<Room>('POST', '/rooms', { title: 'A list' })
  const made: Poll[] = []
  for (let count = 0; count < 5; count++) made.unshift(await stranger.createPoll({ roomId: room.id, question: `Question ${count}` }))
  const newest = made.map((poll) => poll.id)

  const pages = await readPages<Poll>('/polls', 2)
  t.strictSame(pages.map((page) => page.map((poll) => poll.id)), [newest.slice(0, 2), newest.slice(2, 4), newest.slice(4)])
  t.strictSame(pages.flat(), made.map((poll) => ({ ...poll, voters: 0 })), 'items are whole polls, with how many have voted')
  t.strictSame((await readPages<Poll>('/polls', 5)).map((page) => page.length), [5], 'a full last page has no next one')
  for (const title of ['b', 'c']) await stranger.call('POST', '/rooms', { title })
  t.strictSame((await readPages<ListedRoom>('/rooms', 2)).map((page) => page.map(({ title, role }) => [title, role])), [[['c', 'owner'], ['b', 'owner']], [['A list', 'owner']]])

  await stranger.command(newest[0] ?? '', 'open')
  const ids = async (query: string) => (await stranger.call<List<Poll>>('GET', `/polls${query}`)).body.items.map((poll) => poll.id)
  t.strictSame(await ids('?status=open'), newest.slice(0, 1))
  t.strictSame(await ids(`?roomId=${room.id}&status=draft`), newest.slice(1))
  t.strictSame(await ids(`?roomId=${newest[0]}`), [], 'a room that is not there')
  t.strictSame((await host.call<List<Poll>>('GET', `/polls?roomId=${room.id}`)).body, { items: [], nextCursor: null }, 'another host\'s room')
  for (const query of ['?limit=0', '?limit=101', '?limit=1.5', '?limit=true', '?limit=', '?limit=1&limit=2', '?cursor=abc', '?status=gone', '?roomId=x', '?sort=asc']) {
    expectProblem(t, await host.call('GET', `/polls${query}`), 'validation_failed', query)
  }
})

const pathTo: Record<PollStatus, PollCommand[]> = {
  draft: [], open: ['open'], paused: ['open', 'pause'], closed: ['open', 'close'], archived: ['open', 'close', 'archive']
}
const transitions: Record<PollStatus, Record<PollCommand, PollStatus | 'conflict'>> = {
  draft: { open: 'open', pause: 'conflict', close: 'conflict', archive: 'archived', reset: 'conflict' },
  open: { open: 'open', pause: 'paused', close: 'closed', archive: 'conflict', reset: 'paused' },
  paused: { open: 'open', pause: 'paused', close: 'closed', archive: 'conflict', reset: 'paused' },
  closed: { open: 'open', pause: 'conflict', close: 'closed', archive: 'archived', reset: 'paused' },
  archived: { open: 'conflict', pause: 'conflict', close: 'conflict', archive: 'archived', reset: 'conflict' }
}
const statuses = ['draft', 'open', 'paused', 'closed', 'archived'] as const
const commands = ['open', 'pause', 'close', 'archive', 'reset'] as const

for (const status of statuses) {
  t.test(`[L1] what each command does to a poll that is ${status}`, async (t) => {
    for (const command of commands) {
      const { id } = await host.createPoll()
      for (const step of pathTo[status]) await host.command(id, step)
      const before = await read(id)
      const { body: counted } = await host.results(id)
      const outcome = transitions[status][command]

      const answered = await host.command(id, command)

      const isSame = outcome === 'conflict' || (outcome === status && command !== 'reset')
      if (outcome === 'conflict') expectProblem(t, answered, 'conflict', command)
      else t.hasStrict(answered, { status: 200, body: { status: outcome, round: command === 'reset' ? 2 : 1 } }, command)
      const { updatedAt, revision, ...after } = await read(id)
      const { updatedAt: _before, revision: oldRevision, ...unchanged } = before
      t.equal(revision, oldRevision + (isSame ? 0 : 1), `${command}: revision`)
      if (isSame) t.strictSame([after, updatedAt], [unchanged, before.updatedAt], `${command}: nothing changes`)
      const { body: results } = await host.results(id)
      t.equal(results.version, counted.version + (isSame ? 0 : 1), `${command}: version`)
      t.equal(results.final, ['closed', 'archived'].includes(after.status), `${command}: final`)
    }
  })
}

t.test('[L2] a poll opens and closes at its times, once, and at most a second late', async (t) => {
  const opensAt = new Date(Date.now() + 300).toISOString()
  const closesAt = new Date(Date.now() + 1300).toISOString()
  const poll = await host.createPoll({ opensAt, closesAt })
  t.hasStrict(poll, { status: 'draft', opensAt, closesAt })

  let opened = poll
  await waitUntil(async () => { opened = await read(poll.id); return opened.status !== 'draft' }, 15_000, () => 'it did not open')
  let closed = opened
  await waitUntil(async () => { closed = await read(poll.id); return closed.status !== 'open' }, 15_000, () => 'it did not close')

  const lateMs = (happenedAt: string, dueAt: string) => Date.parse(happenedAt) - Date.parse(dueAt)
  t.hasStrict(opened, { status: 'open', revision: 2 })
  t.ok(lateMs(opened.updatedAt, opensAt) >= 0 && lateMs(opened.updatedAt, opensAt) <= 1000, `opened ${lateMs(opened.updatedAt, opensAt)} ms late`)
  t.hasStrict(closed, { status: 'closed', revision: 3, closesAt })
  t.ok(lateMs(closed.updatedAt, closesAt) >= 0 && lateMs(closed.updatedAt, closesAt) <= 1000, `closed ${lateMs(closed.updatedAt, closesAt)} ms late`)
  t.hasStrict((await host.results(poll.id)).body, { version: 3, status: 'closed', final: true })

  const { body: reopened } = await host.command(poll.id, 'open')
  t.hasStrict(reopened, { status: 'open', closesAt: null }, '[L1] a time that has passed is cleared by reopening')
  t.hasStrict((await host.results(poll.id)).body, { version: 4, final: false })
})

t.test('times that cannot be are refused', async (t) => {
  const past = new Date(Date.now() - 60_000).toISOString()
  const poll = { kind: 'single', question: 'When?', options: [{ label: 'a' }, { label: 'b' }] }
  const soon = new Date(Date.now() + 60_000).toISOString()
  for (const times of [
    { closesAt: past }, { opensAt: soon, closesAt: soon }, { closesAt: 'tomorrow' }, { closesAt: 1 }, { closesAt: '2099-02-30T00:00:00Z' },
    { closesAt: '2098-12-31T23:59:60Z' }, { opensAt: '0000-01-01T00:00:00Z' }, { closesAt: '9999-12-31T23:59:59-10:00' }
  ]) {
    const answered = await host.call<{ errors: { pointer: string }[] }>('POST', '/polls', { ...poll, ...times })
    expectProblem(t, answered, 'validation_failed', JSON.stringify(times))
    t.match(answered.body.errors[0]?.pointer, /^\/(opens|closes)At$/)
  }
  const opened = await host.openPoll()
  expectProblem(t, await edit(opened, { closesAt: past }), 'validation_failed', 'an edit to the past')
  expectProblem(t, await edit(opened, { opensAt: soon }), 'conflict', 'only a draft can wait for its opening')
  t.hasStrict((await edit(opened, { closesAt: '2099-01-01T00:00:00+02:00' })).body, { closesAt: '2098-12-31T22:00:00.000Z' })
})

t.test('[L3] a reset begins a round at zero, and the old round reads as closed and final', async (t) => {
  const poll = await host.openPoll()
  await vote(poll.id, 1)
  await vote(poll.id, 2)
  const { body: last } = await host.results(poll.id)

  const { body: reset } = await host.command(poll.id, 'reset')

  t.hasStrict(reset, { status: 'paused', round: 2 })
  const fresh = (await host.results(poll.id)).body
  t.hasStrict(fresh, { round: 2, version: last.version + 1, status: 'paused', final: false, voters: 0, counts: { 1: 0, 2: 0 } })
  t.strictSame((await host.results(poll.id, '?round=2')).body, fresh)
  const old = { round: 1, version: last.version, status: 'closed', final: true, voters: 2, counts: { 1: 1, 2: 1 } }
  t.hasStrict((await host.results(poll.id, '?round=1')).body, old)

  await host.command(poll.id, 'open')
  await vote(poll.id, 2)
  t.hasStrict((await anyone(`/polls/${poll.id}/results?round=1`)).body, old, 'votes of the new round do not reach it')
  t.hasStrict((await host.results(poll.id)).body, { round: 2, voters: 1, counts: { 1: 0, 2: 1 } })
  expectProblem(t, await host.results(poll.id, '?round=3'), 'not_found', 'a round that never was')
  for (const query of ['?round=0', '?round=x', '?round=2147483648', '?version=0']) {
    expectProblem(t, await host.results(poll.id, query), 'validation_failed', query)
  }
})

t.test('[L4] under ballots the kind, the bounds and the options stay; texts can be edited', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', options: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] })
  await vote(poll.id, 1, 3)
  const counted = (await host.results(poll.id)).body
  for (const change of [
    { kind: 'single' }, { maxChoices: 2 }, { options: [{ id: 1, label: 'a' }, { id: 2, label: 'b' }] },
    { options: [...poll.options, { label: 'new' }] }, { options: [{ id: 1, label: 'a' }, { id: 2, label: 'b' }, { label: 'c' }] }
  ]) expectProblem(t, await edit(poll, change), 'conflict', JSON.stringify(change))
  t.strictSame(await read(poll.id), poll)

  const labels = [{ id: 3, label: 'C' }, { id: 1, label: 'A' }, { id: 2, label: 'B' }]
  const { body: edited } = await edit(poll, { question: 'Again?', options: labels })
  t.hasStrict(edited, { question: 'Again?', options: labels, revision: poll.revision + 1 })
  t.hasStrict((await host.results(poll.id)).body, { version: counted.version + 1, counts: counted.counts, voters: 1 })

  const { body: reset } = await host.command(poll.id, 'reset')
  const { body: shorter } = await edit(reset, { options: [{ id: 3, label: 'C' }, { label: 'new' }] })
  t.hasStrict(shorter, { options: [{ id: 3, label: 'C' }, { id: 4, label: 'new' }], maxChoices: 2 }, 'a round without ballots may get other options; ids are never used again')
  t.strictSame((await host.results(poll.id)).body.counts, { 3: 0, 4: 0 })
  const { body: next } = await edit(shorter, { options: [{ id: 3, label: 'C' }, { label: 'newer' }] })
  t.strictSame(next.options.map((option) => option.id), [3, 5])
  for (const options of [[{ id: 4, label: 'gone' }, { id: 3, label: 'C' }], [{ id: 3, label: 'C' }, { id: 3, label: 'C' }], [{ id: 3, label: 'C' }]]) {
    expectProblem(t, await edit(next, { options }), 'validation_failed', JSON.stringify(options))
  }
  await host.command(poll.id, 'close')
  const { body: archived } = await host.command(poll.id, 'archive')
  expectProblem(t, await edit(archived, { question: 'Too late?' }), 'conflict', 'an archived poll')
})

t.test('what belongs to another host is answered as if it did not exist', async (t) => {
  const draft = await host.createPoll()
  const open = await host.openPoll()
  const nowhere = '01890000-0000-7000-8000-000000000000'
  const calls: [string, (pollId: string) => Promise<Answered<unknown>>][] = [
    ...commands.map((command): [string, (pollId: string) => Promise<Answered<unknown>>] => [command, (pollId) => stranger.command(pollId, command)]),
    ['reveal', (pollId) => stranger.call('POST', `/polls/${pollId}/reveal`, { revealed: true })],
    ['PATCH', (pollId) => stranger.call('PATCH', `/polls/${pollId}`, { question: 'Mine?' }, { 'if-match': '*' })],
    ['DELETE', (pollId) => stranger.call('DELETE', `/polls/${pollId}`, undefined, { 'if-match': '*' })]
  ]
  for (const [name, call] of calls) {
    for (const pollId of [draft.id, open.id, nowhere, 'x', 'x'.repeat(300), '1 or 1=1', '../polls']) {
      expectProblem(t, await call(encodeURIComponent(pollId)), pollId.length > 200 ? 'not_found' : 'poll_not_found', `${name} of ${pollId.slice(0, 36)}`)
    }
  }
  for (const path of [`/polls/${draft.id}`, `/polls/${draft.id}/results`, `/polls/${nowhere}`, `/polls/${nowhere}/results`, '/polls/x', '/polls/x/results']) {
    expectProblem(t, await stranger.call('GET', path), 'poll_not_found', `GET ${path}`)
    expectProblem(t, await anyone(path), 'poll_not_found', `GET ${path} by anyone`)
  }
  for (const roomId of [open.roomId, nowhere, 'x']) {
    expectProblem(t, await stranger.call('GET', `/rooms/${roomId}`), 'room_not_found', `GET ${roomId}`)
    expectProblem(t, await stranger.call('PATCH', `/rooms/${roomId}`, { title: 'Mine' }), 'room_not_found', `PATCH ${roomId}`)
    expectProblem(t, await stranger.call('DELETE', `/rooms/${roomId}`), 'room_not_found', `DELETE ${roomId}`)
    expectProblem(t, await stranger.call('PUT', `/rooms/${roomId}/stage`, { pollId: null }), 'room_not_found', `stage of ${roomId}`)
  }
  expectProblem(t, await stranger.call('POST', '/polls', { roomId: open.roomId, kind: 'single', question: 'Q', options: [{ label: 'a' }, { label: 'b' }] }), 'room_not_found', 'a poll in it')
  t.strictSame([await read(draft.id), await read(open.id)], [draft, open])
  t.equal((await host.call('GET', `/polls/${draft.id}`)).headers.get('cache-control'), 'private, no-store', 'a draft is in no shared cache')
})

t.test('the polls of a room are put in another order, which the audience gets too', async (t) => {
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'A hall' })
  const path = `/rooms/${room.id}/polls/order`
  const first = await host.openPoll({ roomId: room.id })
  const second = await host.createPoll({ roomId: room.id })
  const third = await host.openPoll({ roomId: room.id })
  const ids = [first.id, second.id, third.id]
  t.strictSame((await host.call('GET', path)).body, { pollIds: ids }, 'as they were created')

  const order = [third.id, second.id, first.id]
  const changed = await host.call('PUT', path, { pollIds: order.map((id) => id.toUpperCase()) })
  t.strictSame([changed.status, changed.body], [200, { pollIds: order }])
  const fourth = await host.openPoll({ roomId: room.id })
  t.strictSame((await host.call('GET', path)).body, { pollIds: [...order, fourth.id] }, 'a new poll comes last')
  const socket = await connectSocket(t, url)
  const joined = await socket.call('room:join', { code: room.code })
  t.strictSame(joined.ok && joined.data.polls.map(({ poll }) => poll.id), [third.id, first.id, fourth.id])
  t.strictSame((await host.call<List<Poll>>('GET', `/polls?roomId=${room.id}`)).body.items.map(({ id }) => id), [fourth.id, ...ids.toReversed()], 'the list stays newest first')

  expectProblem(t, await host.call('PUT', path, { pollIds: order }), 'conflict', 'one is missing')
  expectProblem(t, await host.call('PUT', path, { pollIds: [...order, room.id] }), 'conflict', 'one is not of this room')
  expectProblem(t, await host.call('PUT', path, { pollIds: [...order, third.id.toUpperCase()] }), 'validation_failed', 'one is there twice')
  expectProblem(t, await stranger.call('GET', path), 'room_not_found')
  t.equal((await host.call('DELETE', `/polls/${second.id}`, undefined, { 'if-match': '*' })).status, 204)
  t.strictSame((await host.call('GET', path)).body, { pollIds: [third.id, first.id, fourth.id] })
})
