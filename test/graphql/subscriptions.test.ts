import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql'
import t from 'tap'
import { openResultsStream } from '../../server/graphql/results-stream.ts'
import type { PollSnapshot } from '../../server/polls/poll-snapshot.ts'
import type { PollViews } from '../../server/polls/poll-views.ts'
import { createResultsBoard } from '../../server/polls/results-board.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { createFeed } from '../../server/realtime/feed.ts'
import type { SessionWatch } from '../../server/realtime/session-watch.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { postGraphql, subscribeResults } from '../helpers/graphql.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)
const unknownId = '01900000-0000-7000-8000-000000000000'

t.test('[R3] a subscription sends the current results first and then every change', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const subscription = await subscribeResults(t, url, poll.id)
  t.same(await subscription.resultsWhere(({ version }) => version === 2), (await host.results(poll.id)).body)
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  await subscription.resultsWhere(({ version }) => version === 3)
  await voteOverHttp(url, voterToken, poll.id, { choices: [2] })
  await subscription.resultsWhere(({ version }) => version === 4)
  await host.command(poll.id, 'close')
  t.same(await subscription.resultsWhere(({ final }) => final), (await host.results(poll.id)).body, '[R7]')
  t.same(subscription.frames.map(({ version }) => version), [2, 3, 4, 5])
  await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })
  await subscription.completed
  t.same(subscription.errors, [], 'it ends with its poll')
})

t.test('[R6] a subscription says nothing while the results are hidden, and a host\'s ends with the session', async (t) => {
  const other = await registerHost(url)
  const poll = await other.openPoll({ resultsVisibility: 'hosts', revote: 'change' })
  const { voterToken } = await createVoter(url)
  const anyone = await subscribeResults(t, url, poll.id)
  const byMessage = await subscribeResults(t, url, poll.id, { authorization: `Bearer ${other.accessToken}` })
  const byHeader = await subscribeResults(t, url, poll.id, { headers: { authorization: `Bearer ${other.accessToken}` } })
  await anyone.connected
  for (const hosts of [byMessage, byHeader]) await hosts.resultsWhere(({ version }) => version === 2)
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  for (const hosts of [byMessage, byHeader]) await hosts.resultsWhere(({ voters }) => voters === 1)
  await other.call('POST', `/polls/${poll.id}/reveal`, { revealed: true })
  await anyone.resultsWhere(({ voters }) => voters === 1)
  t.equal(anyone.frames.length, 1, 'nothing came before')
  const { version } = (await other.call<{ version: number }>('GET', `/polls/${poll.id}/results`)).body
  await other.call('POST', `/polls/${poll.id}/reveal`, { revealed: false })
  await byMessage.resultsWhere((results) => results.version > version)

  const again = (await request<{ accessToken: string }>(url, 'POST', '/api/v1/auth/login', { body: { email: other.credentials.email, password: other.credentials.password } })).body.accessToken
  const stays = await subscribeResults(t, url, poll.id, { authorization: `Bearer ${again}` })
  await stays.resultsWhere(({ voters }) => voters === 1)
  await other.call('POST', '/auth/logout')
  let choice = 1
  let misses = 0
  const voteAgain = async () => {
    choice = 3 - choice
    const seen = stays.frames.length
    t.notOk('version' in (await voteOverHttp(url, voterToken, poll.id, { choices: [choice] })).body, 'a receipt tells no hidden version')
    await waitUntil(async () => stays.frames.length > seen, 15_000, () => 'the other session did not see it')
    misses = byMessage.frames.at(-1)?.version === stays.frames.at(-1)?.version ? 0 : misses + 1
  }
  await waitUntil(async () => {
    await voteAgain()
    return misses === 3
  }, 10_000, () => 'the session that ended still sees results')
  const { length } = byMessage.frames
  await voteAgain()
  t.equal(byMessage.frames.length, length)
  t.equal(byHeader.frames.length, length)
})

t.test('[O4] what cannot be subscribed to is refused, and sockets that do not keep to the protocol are closed', async (t) => {
  const draft = await host.createPoll()
  const poll = await host.openPoll()
  for (const id of [draft.id, unknownId, 'x', '__proto__']) {
    const refused = await subscribeResults(t, url, id)
    await refused.completed
    t.match(refused.errors, [{ message: 'There is no such poll', path: ['results'], extensions: { code: 'poll_not_found', status: 404, requestId: String } }], id)
  }
  const badToken = await subscribeResults(t, url, poll.id, { authorization: 'Bearer x' })
  t.equal(await badToken.closed, 4403)

  interface Message { type: string, id?: string, payload?: object[] }
  const readMessage = (frame: string): Message => JSON.parse(frame)
  const open = async (headers: Record<string, string> = {}, protocol = 'graphql-transport-ws', query = '') => {
    const socket = await openWebSocket(t, url, `/graphql${query}`, headers, [protocol])
    return {
      closed: socket.closed,
      send: (message: unknown) => { socket.ws.send(typeof message === 'string' ? message : JSON.stringify(message)) },
      messages: () => socket.frames.map(readMessage),
      has: async (fits: (message: Message) => boolean) => await socket.frameWhere((frame) => fits(readMessage(frame)))
    }
  }
  await t.rejects(open({ origin: 'https://evil.example' }), /refused with 403/)
  await t.rejects(open({ origin: 'null' }), /refused with 403/)
  await t.rejects(open({ authorization: 'Bearer x' }), /refused with 401/)
  await t.rejects(open({}, undefined, '?token=x'), /refused with 400/)
  t.equal(await (await open({}, 'graphql-ws')).closed, 4406)

  const init = { type: 'connection_init' }
  const subscribe = (id: string, query = `subscription { results(pollId: "${poll.id}") { version } }`) => ({ type: 'subscribe', id, payload: { query } })
  for (const [name, code, messages] of [
    ['no JSON', 4400, ['x']],
    ['null', 4400, ['null']],
    ['an unknown type', 4400, [{ type: 'start', id: '1' }]],
    ['a batch', 4400, [[init, init]]],
    ['a syntax tree', 4400, [init, { type: 'subscribe', id: '1', payload: { query: { kind: 'Document' } } }]],
    ['a subscription before the beginning', 4401, [subscribe('1')]],
    ['two beginnings', 4429, [init, init]],
    ['a message that is too large', 1009, ['x'.repeat(17_000)]],
    ['authorization of 9 kB', 4400, [{ ...init, payload: { authorization: `Bearer ${'x'.repeat(9_000)}` } }]],
    ['a flood', 4429, Array.from({ length: 100 }, () => ({ type: 'ping' }))]
  ] as const) {
    const socket = await open()
    for (const message of messages) socket.send(message)
    t.equal(await socket.closed, code, name)
  }
  const socket = await open()
  socket.send(init)
  await socket.has(({ type }) => type === 'connection_ack')
  socket.send({ type: 'ping' })
  await socket.has(({ type }) => type === 'pong')
  for (const [at, query] of ['{', '{ me { id } }', 'subscription { nothing }', 'subscription { a: results(pollId: "x") { version } b: results(pollId: "x") { version } }',
    `subscription { results(pollId: "${poll.id}") @skip(if: true) { version } }`, `subscription ($n: Boolean!) { results(pollId: "${poll.id}") @include(if: $n) { version } }`,
    `mutation { withdrawVote(pollId: "${poll.id}") { status } }`, `subscription { results(pollId: "${poll.id}") { ${Array.from({ length: 16 }, (_, n) => `a${n}: version`).join(' ')} } }`].entries()) {
    socket.send(subscribe(`wrong ${at}`, query))
    await socket.has(({ type, id }) => type === 'error' && id === `wrong ${at}`)
  }
  t.same(socket.messages().flatMap(({ type, payload }) => type === 'error' ? payload?.map((error) => Object(error).extensions.code) : []), Array(8).fill('validation_failed'))
  socket.send(subscribe('1'))
  await socket.has(({ type, id }) => type === 'next' && id === '1')
  socket.send({ type: 'complete', id: '1' })
  socket.send(subscribe('1'))
  await waitUntil(async () => socket.messages().filter(({ type, id }) => type === 'next' && id === '1').length === 2, 15_000, () => 'it did not begin again')
  socket.send(subscribe('1'))
  t.equal(await socket.closed, 4409, 'the same id twice')
  const greedy = await open()
  greedy.send(init)
  await greedy.has(({ type }) => type === 'connection_ack')
  for (let at = 0; at < 21; at++) greedy.send(subscribe(String(at)))
  t.equal(await greedy.closed, 4429, 'more subscriptions than one socket may have')
})

t.test('[R5] who reads late gets the newest results only', async (t) => {
  const poll = { id: unknownId, revision: 1, status: 'open', round: 1, resultsVisibility: 'live', revealed: null } as Poll
  const snapshotAt = (version: number) => ({ poll, staff: { ownerId: 'x', roles: {}, presenterHash: null, revision: 1 }, results: { pollId: poll.id, round: 1, version } }) as PollSnapshot
  const board = createResultsBoard({ loadPolls: async () => [], loadRoomPolls: async () => [] })
  board.put(snapshotAt(1), 'load')
  const views = { prepareView: async () => () => ({ poll, results: null, myVote: null, now: '' }) } as unknown as PollViews
  const feed = createFeed({ board, views })
  t.teardown(() => { feed.close() })
  const stream = await openResultsStream({ feed, sessions: {} as SessionWatch }, poll.id, {})
  const advance = async (version: number) => {
    board.put(snapshotAt(version), 'commit')
    await feed.emitResults(poll.id)
  }
  const versionOf = async () => (await stream.next()).value?.results.version
  t.equal(await versionOf(), 1)
  for (let version = 2; version <= 50; version++) await advance(version)
  t.equal(await versionOf(), 50)
  const next = versionOf()
  await advance(51)
  t.equal(await next, 51)
  const pending = stream.next()
  const late = await openResultsStream({ feed, sessions: {} as SessionWatch }, poll.id, {})
  await late.next()
  feed.emitRemoved(snapshotAt(51))
  await t.rejects(late.next(), { code: 'unavailable' }, 'who is cut while behind is told to come back')
  t.match(await pending, { done: true })
  t.notOk(feed.isWatching(poll.id), 'who has left is not watching')
})

t.test('[O2] a server that may describes its schema, and closes with subscribers attached in a way after which they come back', async (t) => {
  const other = await startServer(t, { GRAPHQL_INTROSPECTION: 'on', MAX_SOCKETS: '1' })
  const { status, body } = await postGraphql(other.url, getIntrospectionQuery())
  t.equal(status, 200)
  t.same(Object.keys(buildClientSchema(body.data as unknown as IntrospectionQuery).getSubscriptionType()?.getFields() ?? {}), ['results'])
  const poll = await (await registerHost(other.url)).openPoll()
  const subscription = await subscribeResults(t, other.url, poll.id)
  await subscription.resultsWhere(({ version }) => version === 2)
  const oneTooMany = await subscribeResults(t, other.url, poll.id)
  await oneTooMany.completed
  t.same(oneTooMany.frames, [], 'no more sockets than it may have')
  await other.close()
  t.equal(await subscription.closed, 1001)
})
