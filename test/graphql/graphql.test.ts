import type { FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import t, { type Test } from 'tap'
import { toProblems } from '../../server/graphql/problems.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { postGraphql, resultsFields, type GraphqlAnswer } from '../helpers/graphql.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)
const stranger = await registerHost(url)
const asHost = { token: host.accessToken }
const unknownId = '01900000-0000-7000-8000-000000000000'
const pollFields = 'id roomId kind question options { id label } status round revote resultsVisibility revealed minChoices maxChoices opensAt closesAt revision createdAt updatedAt'
const roomFields = 'id code title currentPollId access questionsMode revision createdAt updatedAt'

type Options = Parameters<typeof postGraphql>[2]

/** The data of an answer without errors. */
async function ask (t: Test, query: string, options: Options = {}): Promise<Record<string, unknown>> {
  const { status, body } = await postGraphql(url, query, options)
  if (status !== 200 || body.errors !== undefined) t.fail('an error was answered', { status, errors: body.errors })
  return body.data ?? {}
}

/** Asserts that one field failed with this code during execution, which is 200. */
async function expectError (t: Test, code: string, query: string, options: Options = {}): Promise<NonNullable<GraphqlAnswer['errors']>[number] | undefined> {
  const { status, body } = await postGraphql(url, query, options)
  t.match({ status, body }, { status: 200, body: { errors: [{ message: String, path: Array, extensions: { code, requestId: /^[0-9a-f-]{36}$/ } }] } }, `${code}: ${query.slice(0, 60)}`)
  return body.errors?.[0]
}

/** Asserts that nothing was executed. */
async function expectRefusal (t: Test, query: string, message: RegExp, options: Options = {}): Promise<void> {
  const { status, body } = await postGraphql(url, query, options)
  t.match({ status, body }, { status: 400, body: { errors: [{ message, extensions: { code: 'validation_failed', status: 400, requestId: String } }] } }, query.slice(0, 60))
  t.notOk('data' in Object(body), 'without data')
}

t.test('queries answer with the bodies that REST has', async (t) => {
  const first = await host.createPoll({ question: 'First?' })
  const second = await host.openPoll({ question: 'Second?', kind: 'multiple' })
  const { data: answered } = (await postGraphql(url, `query ($room: ID!, $poll: ID!, $code: String!) {
    me { id email name role createdAt }
    room(id: $room) { ${roomFields} }
    roomByCode(code: $code) { id code title currentPollId access questionsMode revision }
    rooms(limit: 1) { items { ${roomFields} role } nextCursor }
    poll(id: $poll) { ${pollFields} results { ${resultsFields} } myVote }
    polls(limit: 1) { items { ${pollFields} results { version counts } } nextCursor }
  }`, { ...asHost, variables: { room: second.roomId, poll: second.id, code: (await host.codeOf(second)).toLowerCase() } })).body
  const rest = async (path: string) => (await host.call<object>('GET', path)).body
  const { poll, polls, ...others } = answered as Record<string, unknown>
  t.same(others, {
    me: await rest('/me'),
    room: await rest(`/rooms/${second.roomId}`),
    roomByCode: Object(await rest(`/join/${await host.codeOf(second)}`)).room,
    rooms: await rest('/rooms?limit=1')
  })
  const { results, myVote, ...body } = poll as Record<string, unknown>
  t.has(await rest(`/polls/${second.id}`), body)
  t.same(results, await rest(`/polls/${second.id}/results`))
  t.equal(myVote, null)
  const { items: [listed], nextCursor } = polls as { items: Record<string, unknown>[], nextCursor: string }
  t.has(await rest(`/polls/${second.id}`), { ...listed, results: undefined })
  t.same(listed?.results, { version: 2, counts: { 1: 0, 2: 0 } })

  const { polls: next } = await ask(t, 'query ($cursor: String) { polls(limit: 1, cursor: $cursor) { items { id status } } }', { ...asHost, variables: { cursor: nextCursor } })
  t.same(next, { items: [{ id: first.id, status: 'draft' }] })
  t.same(await ask(t, `{ polls(roomId: "${first.roomId}", status: draft, limit: null) { items { id } nextCursor } }`, asHost), { polls: { items: [{ id: first.id }], nextCursor: null } })
})

t.test('mutations create polls and take them through their lifecycle', async (t) => {
  const { createRoom: room } = await ask(t, 'mutation { createRoom(input: { title: "Hall" }) { id code title } }', asHost) as { createRoom: { id: string } }
  const input = { roomId: room.id, kind: 'multiple', question: 'Which?', options: [{ label: 'A' }, { label: 'B' }, { label: 'C' }], maxChoices: 2, revote: 'withdraw' }
  const { createPoll: poll } = await ask(t, 'mutation ($input: NewPollInput!) { createPoll(input: $input) { id roomId status options { id label } maxChoices } }', { ...asHost, variables: { input } }) as { createPoll: Poll }
  t.match(poll, { roomId: room.id, status: 'draft', maxChoices: 2, options: [{ id: 1, label: 'A' }, { id: 2, label: 'B' }, { id: 3, label: 'C' }] })
  for (const [command, expected] of [['open', 'open'], ['pause', 'paused'], ['open', 'open'], ['close', 'closed'], ['archive', 'archived']] as const) {
    t.match(await ask(t, `mutation { poll: ${command}Poll(id: "${poll.id}") { status } }`, asHost), { poll: { status: expected } }, command)
  }
  t.match(await expectError(t, 'conflict', `mutation { pausePoll(id: "${poll.id}") { id } }`, asHost), { path: ['pausePoll'], extensions: { status: 409 } })
  const { id } = await host.openPoll({ resultsVisibility: 'hosts' })
  t.same(await ask(t, `mutation { resetPoll(id: "${id}") { round status results { round voters } } revealPoll(id: "${id}", revealed: true) { revealed } }`, asHost),
    { resetPoll: { round: 2, status: 'paused', results: { round: 2, voters: 0 } }, revealPoll: { revealed: true } })
})

t.test('[V3] a vote counts as over REST, and has the same receipt', async (t) => {
  const poll = await host.openPoll({ revote: 'withdraw' })
  const { voterToken: token } = await createVoter(url)
  const cast = (choice: number, round = 'null') => `mutation { castVote(pollId: "${poll.id}", answer: { choices: [${choice}] }, round: ${round}) { pollId round status version castAt } }`
  const { castVote: receipt } = await ask(t, cast(1, '1'), { token })
  t.match(receipt, { pollId: poll.id, round: 1, status: 'recorded', version: 3 })
  t.same((await voteOverHttp(url, token, poll.id, { choices: [1] })).body, { ...Object(receipt), status: 'unchanged' })
  t.match(await ask(t, cast(2), { token }), { castVote: { status: 'changed' } })
  t.same(await ask(t, `{ poll(id: "${poll.id}") { myVote results { voters counts } } }`, { token }), { poll: { myVote: { choices: [2] }, results: { voters: 1, counts: { 1: 0, 2: 1 } } } })
  t.match(await ask(t, 'mutation ($id: ID!) { withdrawVote(pollId: $id) { status } }', { token, variables: { id: poll.id } }), { withdrawVote: { status: 'withdrawn' } })

  await expectError(t, 'conflict', cast(1, '2'), { token })
  await expectError(t, 'option_invalid', cast(3), { token })
  await expectError(t, 'too_few_choices', `mutation { castVote(pollId: "${poll.id}", answer: { choices: [] }) { status } }`, { token })
  for (const answer of ['{ choices: [1], extra: 1 }', '{ choices: ["1"] }', '{ choices: [1.5] }', '[1]', '"1"', '{ __proto__: { choices: [1] } }']) {
    t.match(await expectError(t, 'validation_failed', `mutation { castVote(pollId: "${poll.id}", answer: ${answer}) { status } }`, { token }), { extensions: { status: 400, errors: [{ pointer: String, detail: String }] } }, answer)
  }
  for (const id of [unknownId, 'x', '__proto__']) await expectError(t, 'poll_not_found', `mutation { withdrawVote(pollId: "${id}") { status } }`, { token })
  await expectError(t, 'too_many_choices', `mutation { castVote(pollId: "${poll.id}", answer: { choices: [1, 2] }) { status } }`, { token })
  await expectError(t, 'unauthenticated', cast(1))
  await expectError(t, 'forbidden', cast(1), asHost)
  await host.command(poll.id, 'pause')
  await expectError(t, 'poll_paused', cast(1), { token })
  const locked = await host.openPoll()
  const castLocked = (choice: number) => `mutation { castVote(pollId: "${locked.id}", answer: { choices: [${choice}] }) { status } }`
  await ask(t, castLocked(1), { token })
  t.match(await ask(t, castLocked(1), { token }), { castVote: { status: 'unchanged' } })
  t.match(await expectError(t, 'already_voted', castLocked(2), { token }), { message: 'A vote was already cast', extensions: { status: 409 } })
  await expectError(t, 'conflict', `mutation { withdrawVote(pollId: "${locked.id}") { status } }`, { token })
  await host.command(poll.id, 'close')
  await expectError(t, 'poll_closed', cast(1), { token })
})

t.test('votes are counted against the same limit as over REST', async (t) => {
  const { voterToken: token } = await createVoter(url)
  const withdraw = `mutation { withdrawVote(pollId: "${unknownId}") { status } }`
  const codes: (string | undefined)[] = []
  // 400 in ten seconds: a slow machine may need more than one attempt at being that fast.
  for (let attempt = 0; attempt < 5 && !codes.includes('rate_limited'); attempt++) {
    codes.push(...await Promise.all(Array.from({ length: 420 }, async () => (await postGraphql(url, withdraw, { token })).body.errors?.[0]?.extensions.code)))
  }
  t.ok(codes.includes('rate_limited'), 'over GraphQL')
  t.same(new Set(codes), new Set(['poll_not_found', 'rate_limited']))
  t.equal((await request(url, 'DELETE', `/api/v1/polls/${unknownId}/vote`, { token })).status, 429)
})

t.test('what belongs to somebody else is answered as if it did not exist, a draft too', async (t) => {
  const draft = await host.createPoll()
  const asStranger = { token: stranger.accessToken }
  const { voterToken: token } = await createVoter(url)
  for (const options of [asStranger, { token }, {}]) {
    t.match(await expectError(t, 'poll_not_found', `{ poll(id: "${draft.id}") { id } }`, options), { message: 'There is no such poll' })
  }
  await expectError(t, 'poll_not_found', `mutation { castVote(pollId: "${draft.id}", answer: { choices: [1] }) { status } }`, { token })
  await expectError(t, 'room_not_found', `{ room(id: "${draft.roomId}") { id } }`, asStranger)
  await expectError(t, 'room_not_found', `{ room(id: "${unknownId}") { id } }`, asStranger)
  await expectError(t, 'room_not_found', '{ roomByCode(code: "QQQQQQ") { id } }')
  await expectError(t, 'room_not_found', `{ roomByCode(code: "${'x'.repeat(100)}") { id } }`)
  for (const command of ['openPoll', 'pausePoll', 'closePoll', 'archivePoll', 'resetPoll']) {
    await expectError(t, 'poll_not_found', `mutation { ${command}(id: "${draft.id}") { id } }`, asStranger)
  }
  await expectError(t, 'poll_not_found', `mutation { revealPoll(id: "${draft.id}", revealed: true) { id } }`, asStranger)
  await expectError(t, 'room_not_found', `mutation { createPoll(input: { roomId: "${draft.roomId}", kind: single, question: "Q", options: [{ label: "A" }, { label: "B" }] }) { id } }`, asStranger)
  t.same(await ask(t, `{ polls(roomId: "${draft.roomId}") { items { id } } rooms { items { id } } }`, asStranger), { polls: { items: [] }, rooms: { items: [] } })
  for (const field of ['me { id }', 'rooms { items { id } }', 'polls { items { id } }', `room(id: "${draft.roomId}") { id }`]) {
    await expectError(t, 'unauthenticated', `{ ${field} }`)
    await expectError(t, 'forbidden', `{ ${field} }`, { token })
  }
  const refused = await postGraphql(url, '{ me { id } }', { token: 'x' })
  t.equal(refused.headers.get('www-authenticate'), 'Bearer realm="plenum"')
  t.match(refused, { status: 401, body: { errors: [{ extensions: { code: 'unauthenticated' } }] } }, 'a bad token counts as none of them')
})

t.test('[R6] results are null while they are hidden from this viewer', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_vote' })
  const [{ voterToken: token }, { voterToken: other }] = [await createVoter(url), await createVoter(url)]
  await voteOverHttp(url, token, poll.id, { choices: [1] })
  const query = `{ poll(id: "${poll.id}") { myVote results { voters } } }`
  t.same(await ask(t, query), { poll: { myVote: null, results: null } })
  t.same(await ask(t, query, { token: other }), { poll: { myVote: null, results: null } })
  t.same(await ask(t, query, { token }), { poll: { myVote: { choices: [1] }, results: { voters: 1 } } })
  t.same(await ask(t, query, { headers: { cookie: `voter=${token}` } }), { poll: { myVote: { choices: [1] }, results: { voters: 1 } } }, 'by the cookie')
  t.same(await ask(t, query, asHost), { poll: { myVote: null, results: { voters: 1 } } })
  await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: false })
  t.same(await ask(t, query, { token }), { poll: { myVote: { choices: [1] }, results: null } })
  t.match(await ask(t, `mutation { castVote(pollId: "${poll.id}", answer: { choices: [1] }) { status version } }`, { token: other }), { castVote: { status: 'recorded', version: null } })
  const { headers } = await postGraphql(url, query, { headers: { accept: 'application/graphql-response+json, application/json;q=0.9' } })
  t.match([headers.get('cache-control'), headers.get('content-type')], ['private, no-store', 'application/graphql-response+json; charset=utf-8'])

  await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: true })
  await host.command(poll.id, 'reset')
  t.same(await ask(t, `{ poll(id: "${poll.id}") { past: results(round: 1) { round voters final } now: results { round voters } } }`, asHost),
    { poll: { past: { round: 1, voters: 2, final: true }, now: { round: 2, voters: 0 } } })
  await expectError(t, 'not_found', `{ poll(id: "${poll.id}") { results(round: 9) { version } } }`, asHost)
})

t.test('questions, the past and rounds are what REST answers', async (t) => {
  const room = (await host.call<{ id: string }>('POST', '/rooms', { title: 'Hall', questionsMode: 'pre' })).body
  const { voterToken: token } = await createVoter(url)
  for (const text of ['Why?', 'How?', 'When?']) await request(url, 'POST', `/api/v1/rooms/${room.id}/questions`, { token, body: { text } })
  const fields = 'id roomId text authorName status isPinned mergedInto votes createdAt answeredAt voterId'
  const rest = async (path: string) => (await host.call<Record<string, unknown>>('GET', path)).body
  const { room: asked } = await ask(t, `{ room(id: "${room.id}") { questions(sort: newest, status: pending, limit: 2) { items { ${fields} } nextCursor } } }`, asHost)
  const page = await rest(`/rooms/${room.id}/questions?sort=newest&status=pending&limit=2`)
  t.same(asked, { questions: page })
  const { room: next } = await ask(t, `query ($cursor: String) { room(id: "${room.id}") { questions(sort: newest, cursor: $cursor) { items { text } nextCursor } } }`, { ...asHost, variables: { cursor: page.nextCursor } })
  t.same(next, { questions: { items: [{ text: 'Why?' }], nextCursor: null } })
  await expectError(t, 'validation_failed', `{ room(id: "${room.id}") { questions(limit: 0) { nextCursor } } }`, asHost)

  const poll = await host.openPoll({ revote: 'change' })
  for (const choice of [1, 2]) await voteOverHttp(url, token, poll.id, { choices: [choice] })
  await host.command(poll.id, 'reset')
  const { poll: past } = await ask(t, `{ poll(id: "${poll.id}") {
    first: results(round: 1, version: 3) { ${resultsFields} } timeline(round: 1, points: 3) { ${resultsFields} } rounds(limit: 1) { items { ${resultsFields} } nextCursor } } }`, asHost)
  const rounds = await rest(`/polls/${poll.id}/rounds?limit=1`)
  t.same(past, { first: await rest(`/polls/${poll.id}/results?round=1&version=3`), timeline: (await rest(`/polls/${poll.id}/timeline?round=1&points=3`)).items, rounds })
  t.same(await ask(t, `query ($cursor: String) { poll(id: "${poll.id}") { rounds(cursor: $cursor) { items { round } nextCursor } } }`, { ...asHost, variables: { cursor: rounds.nextCursor } }),
    { poll: { rounds: { items: [{ round: 2 }], nextCursor: null } } })
  await expectError(t, 'not_found', `{ poll(id: "${poll.id}") { results(version: 99) { version } } }`, asHost)
  for (const wrong of ['results(version: 0) { version }', 'timeline(points: 1) { version }', 'rounds(cursor: "x") { nextCursor }']) await expectError(t, 'validation_failed', `{ poll(id: "${poll.id}") { ${wrong} } }`, asHost)
  const hidden = await host.openPoll({ resultsVisibility: 'hosts' })
  t.same(await ask(t, `{ poll(id: "${hidden.id}") { results(version: 2) { version } timeline { version } rounds { nextCursor } } }`), { poll: { results: null, timeline: null, rounds: null } }, '[R6]')
  await expectRefusal(t, '{ polls(limit: 100) { items { timeline { version } } } }', /cost/, asHost)
})

t.test('bad input is refused as REST refuses it', async (t) => {
  const input = { kind: 'single', question: 'Q?', options: [{ label: 'A' }, { label: 'B' }] }
  const create = 'mutation ($input: NewPollInput!) { createPoll(input: $input) { id } }'
  for (const wrong of [{ question: '' }, { question: 'x'.repeat(301) }, { question: 'a\u0000b' }, { options: [{ label: 'A' }] }, { roomId: 'x' }, { closesAt: 'tomorrow' }, { minChoices: 0 }]) {
    const body = { ...input, ...wrong }
    const error = await expectError(t, 'validation_failed', create, { ...asHost, variables: { input: body } })
    t.same((await host.call<{ code: string }>('POST', '/polls', body)).body.code, 'validation_failed', JSON.stringify(wrong).slice(0, 40))
    t.match(error, { path: ['createPoll'], extensions: { status: 400 } })
  }
  for (const wrong of [{ ownerId: stranger.user.id }, { status: 'open' }, { kind: 'essay' }, { options: [{ label: 'A', id: 9 }] }, { question: null }]) {
    await expectRefusal(t, create, /^Variable "\$input" /, { ...asHost, variables: { input: { ...input, ...wrong } } })
  }
  for (const list of ['limit: 0', 'limit: 101', 'cursor: "x"', 'roomId: "x"']) await expectError(t, 'validation_failed', `{ polls(${list}) { items { id } } }`, asHost)
  await expectError(t, 'validation_failed', 'mutation { createRoom(input: { title: "" }) { id } }', asHost)
  await expectError(t, 'validation_failed', 'query ($id: ID = "x") { poll(id: $id) { id } }', { variables: { id: null } })
})

t.test('[O4] what is no request for this schema is refused before anything is done', async (t) => {
  await expectRefusal(t, '{', /^Syntax Error/)
  await expectRefusal(t, '{ pol { id } }', /^Cannot query field "pol" on type "Query"\.$/)
  await expectRefusal(t, '{ poll { id } }', /required/)
  await expectRefusal(t, 'query A { me { id } } query B { me { id } }', /operation name/)
  await expectRefusal(t, JSON.stringify({ kind: 'Document', definitions: [] }), /not a GraphQL document|Syntax Error/)
  await expectRefusal(t, 'null', /not a GraphQL document|Syntax Error/)
  await expectRefusal(t, `subscription { results(pollId: "${unknownId}") { version } }`, /WebSocket/)
  const create = 'mutation ($input: NewPollInput!) { createPoll(input: $input) { id } }'
  for (const field of ['ownerId', 'status', 'version', 'counts', 'round', '__proto__']) {
    const input = JSON.parse(`{ "kind": "single", "question": "Q", "options": [{ "label": "A" }, { "label": "B" }], "${field}": 1 }`)
    t.match(await postGraphql(url, create, { ...asHost, variables: { input } }), { status: 400, body: { errors: [{ extensions: { code: 'validation_failed' } }] } }, `${field} is not the caller's to set`)
    t.match(await postGraphql(url, `mutation { createRoom(input: { title: "A", ${field}: 1 }) { id } }`, asHost), { status: 400, body: { errors: [{ extensions: { code: 'validation_failed' } }] } }, `${field} of a room`)
  }
  const post = async (body: unknown, headers: Record<string, string> = {}) => await request(url, 'POST', '/graphql', { body, headers })
  t.match(await post([{ query: '{ me { id } }' }]), { status: 400 }, 'a batch')
  t.match(await post('{'), { status: 400 })
  t.match(await post({}), { status: 400 })
  t.match(await post({ query: '{ me { id } }', more: 1 }), { status: 400 })
  t.match(await post({ query: '{ me { id } }', variables: [] }), { status: 400 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/graphql', 'multipart/form-data; boundary=x']) {
    t.match(await post('{"query":"{ me { id } }"}', { 'content-type': type }), { status: 415 }, type)
  }
  t.match(await post({ query: `{ me { id } } #${'x'.repeat(70_000)}` }), { status: 413, body: { errors: [{ extensions: { code: 'payload_too_large' } }] } })
  t.match(await post({ query: '{ me { id } }' }, { origin: 'https://evil.example' }), { status: 403, body: { errors: [{ extensions: { code: 'forbidden' } }] } })
  const got = await request(url, 'GET', '/graphql')
  t.match({ status: got.status, allow: got.headers.get('allow') }, { status: 405, allow: 'POST' })
  t.equal((await request(url, 'GET', '/graphql?query={me{id}}')).status, 400)
  t.equal((await request(url, 'PUT', '/graphql')).status, 405)
  t.equal((await request(url, 'GET', '/graphiql')).status, 404)
})

t.test('an operation that asks for too much is refused before anything is done', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const { voterToken: token } = await createVoter(url)
  const vote = (alias: string) => `${alias}: castVote(pollId: "${poll.id}", answer: { choices: [1] }) { status }`
  const many = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at)).join(' ')
  await expectRefusal(t, `mutation { ${vote('a')} ${vote('b')} }`, /2 votes/, { token })
  await expectRefusal(t, `mutation { ...F ${vote('b')} } fragment F on Mutation { ... on Mutation { ${vote('c')} } }`, /2 votes/, { token })
  await expectRefusal(t, `mutation { ${vote('a')} withdrawVote(pollId: "${poll.id}") { status } }`, /2 votes/, { token })
  await expectRefusal(t, `{ ${many(16, (at) => `p${at}: poll(id: "${poll.id}") { id }`)} }`, /16 aliases/)
  t.equal((await postGraphql(url, `{ ${many(15, (at) => `p${at}: poll(id: "${poll.id}") { id }`)} }`)).status, 200)
  await expectRefusal(t, `{ me { ${many(8, () => '... on User { ')} ${many(1, () => 'id { a { b { c { d { e { f { g } } } } } } }')} ${many(8, () => '}')} } }`, /levels/)
  await expectRefusal(t, '{ polls(limit: 100) { items { results(round: 1) { version } } } }', /cost/, asHost)
  await expectRefusal(t, 'query ($n: Int) { polls(limit: $n) { items { results(round: 1) { version } } } }', /cost/, { ...asHost, variables: { n: 1 } })
  const nested = many(30, (at) => `fragment F${at} on Poll { ...F${at + 1} ...F${at + 1} }`)
  await expectRefusal(t, `{ poll(id: "x") { ...F0 } } ${nested} fragment F30 on Poll { id }`, /cost/)
  await expectRefusal(t, '{ poll(id: "x") { ...A } } fragment A on Poll { ...B } fragment B on Poll { ...A }', /Cannot spread fragment/)
  await expectRefusal(t, `{ ${'me { id } '.repeat(400)} }`, /tokens/)
  t.equal((await postGraphql(url, `{ polls(limit: 100) { items { ${pollFields} myVote results { ${resultsFields} } } nextCursor } }`, asHost)).status, 200, 'a whole page does not')
  t.match((await host.results(poll.id)).body, { voters: 0 }, 'nobody has voted')
})

t.test('the schema describes itself only where that is switched on', async (t) => {
  await expectRefusal(t, '{ __schema { types { name } } }', /introspection/i)
  await expectRefusal(t, '{ __type(name: "Poll") { name } }', /introspection/i)
  t.same(await ask(t, '{ __typename }'), { __typename: 'Query' })
})

t.test('an error of ours tells nothing of the inside', async (t) => {
  const logged: unknown[] = []
  const asked = { id: 'an id', log: { error: (entry: unknown) => { logged.push(entry) } } } as unknown as FastifyRequest
  const inside = new GraphQLError('secret', { path: ['poll'], originalError: new Error('secret') })
  const unfit = new GraphQLError('Int cannot represent: secret', { path: ['poll', 'round'], originalError: new GraphQLError('Int cannot represent: secret') })
  for (const error of [inside, unfit, new Error('secret')]) {
    t.match(toProblems(error, asked), [{ message: 'Something went wrong on our side', extensions: { code: 'internal', status: 500, requestId: 'an id' } }])
    t.notMatch(JSON.stringify(toProblems(error, asked)), /secret/)
  }
  t.equal(logged.length, 6)
})
