// What a room asks of its voters: nothing, a one-time code, or an account; the same on every transport.
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { AccessCode, CreatedAccessCode } from '../../server/protocol/access-code.ts'
import type { ApiScope, CreatedApiKey, VoterIdentity } from '../../server/protocol/identity.ts'
import type { Participation } from '../../server/protocol/participation.ts'
import type { Poll, Receipt, Results } from '../../server/protocol/poll.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { Room, RoomAccess, RoomState } from '../../server/protocol/room.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp, type Host } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { openEventStream } from '../helpers/event-stream.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { countBallots } from '../helpers/ledger.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless, startRedis } from '../helpers/services.ts'

// Without Redis the instances follow each other through the database.
const withoutRedis = skipUnless('TEST_REDIS_URL')
const redis = withoutRedis === false ? await startRedis() : undefined
t.teardown(() => redis?.stop())
const environment = { DATABASE_URL: await createTestDatabase(t), ...(redis === undefined ? {} : { REDIS_URL: redis.url }) }
const [a, b] = [await startServer(t, environment), await startServer(t, environment)]
const { url } = a
const ledger = connectDatabase(t, environment.DATABASE_URL)
const admin = await registerHost(url)
const host = await registerHost(url)

async function createRoom (access: RoomAccess, poll: Partial<Poll> = {}): Promise<{ room: Room, pollId: string }> {
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: '<b>Assembly</b> & co', access })
  const { id } = await host.openPoll({ roomId: room.id, revote: 'withdraw', ...poll })
  return { room, pollId: id }
}

const createCodes = async (room: Room, count: number) => (await host.call<{ items: CreatedAccessCode[] }>('POST', `/rooms/${room.id}/access-codes`, { count })).body.items
async function createCode (room: Room): Promise<CreatedAccessCode> {
  const [code] = await createCodes(room, 1)
  if (code === undefined) throw new Error('no code was made')
  return code
}
const redeem = async (room: Room, accessCode: string, token?: string, at = url) =>
  await request<VoterIdentity & { detail?: string }>(at, 'POST', `/api/v1/join/${room.code}/redeem`, { body: { accessCode }, token })
const createKey = async (of: Host, scopes: ApiScope[]) => (await of.call<CreatedApiKey>('POST', '/api-keys', { name: 'a program', scopes })).body.key
const setAccess = async (room: Room, access: RoomAccess) => (await host.call<Room>('PATCH', `/rooms/${room.id}`, { access })).body

/** The same vote by HTTP, GraphQL and a socket: each must be refused with this code, and nothing stored. */
async function refusesVote (t: Test, pollId: string, code: ErrorCode, { token, auth = {} }: { token: string | undefined, auth?: { voterToken?: string, accessToken?: string } }): Promise<void> {
  const before = await countBallots(ledger, pollId)
  const withToken = token === undefined ? {} : { token }
  expectProblem(t, await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token, body: { answer: { choices: [1] } } }), code, 'PUT')
  expectProblem(t, await request(url, 'DELETE', `/api/v1/polls/${pollId}/vote`, { token }), code, 'DELETE')
  const mutation = `mutation { castVote(pollId: "${pollId}", answer: { choices: [1] }) { status } }`
  t.match((await postGraphql(url, mutation, withToken)).body.errors, [{ extensions: { code } }], 'GraphQL')
  for (const server of [a, b]) {
    const socket = await connectSocket(t, server.url, { auth })
    t.match(await socket.call('vote:cast', { pollId, answer: { choices: [1] } }), { ok: false, error: { code } }, 'a socket')
    t.match(await socket.call('vote:withdraw', { pollId }), { ok: false, error: { code } }, 'a socket that withdraws')
    socket.socket.disconnect()
  }
  t.equal(await countBallots(ledger, pollId), before)
}

t.test('codes are shown once, as JSON, as a spreadsheet and as a page to print, and only hashes are stored', async (t) => {
  const { room } = await createRoom('codes')
  t.equal(room.access, 'codes')
  const path = `/rooms/${room.id}/access-codes`
  const created = await host.call<{ items: CreatedAccessCode[] }>('POST', path, { count: 3 })
  t.match([created.status, created.headers.get('location'), created.headers.get('cache-control')], [201, `/api/v1${path}`, 'private, no-store'])
  const codes = created.body.items
  for (const { code, url: link } of codes) {
    t.match(code, /^([23456789BCDFGHJKMNPQRSTVWXYZ]{4}-){2}[23456789BCDFGHJKMNPQRSTVWXYZ]{4}$/)
    t.equal(link, `${url}/j/${room.code}#code=${code}`, 'the code is in the fragment, which is sent nowhere')
  }
  t.equal(new Set(codes.map(({ code }) => code)).size, 3)

  const csv = await host.call<string>('POST', path, { count: 2 }, { accept: 'text/csv' })
  t.match(csv.headers.get('content-type'), /^text\/csv/)
  t.match(csv.body, /^(\uFEFF)?code,url,id\r\n[\w-]{14},http:[^,]+#code=[\w-]{14},[\w-]{36}\r\n[\w-]{14},/)
  const page = await host.call<string>('POST', path, { count: 2 }, { accept: 'text/html,*/*;q=0.1' })
  t.match(page.headers.get('content-security-policy'), /^default-src 'none'; style-src 'sha256-/)
  t.match(page.body, /&lt;b&gt;Assembly&lt;\/b&gt; &amp; co/)
  t.equal(page.body.match(/<svg /g)?.length, 2)
  t.notMatch(page.body, /<script|<b>/)
  expectProblem(t, await host.call('POST', path, { count: 1 }, { accept: 'image/png' }), 'not_acceptable')
  for (const count of [0, 5001, 1.5]) expectProblem(t, await host.call('POST', path, { count }), 'validation_failed')

  const first = (await host.call<{ items: AccessCode[], nextCursor: string }>('GET', `${path}?limit=4`)).body
  const rest = (await host.call<{ items: AccessCode[], nextCursor: null }>('GET', `${path}?limit=4&cursor=${first.nextCursor}`)).body
  t.equal(first.items.length + rest.items.length, 7, 'those that were asked for in a way that cannot be sent were not made')
  t.match(rest.items.at(-1), { id: codes[0]?.id, usedAt: null, revokedAt: null })
  const stored = JSON.stringify(await ledger`SELECT * FROM access_codes WHERE room_id = ${room.id}`)
  for (const { code } of codes) t.notOk(stored.includes(code) || stored.includes(code.replaceAll('-', '')))
})

t.test('five thousand codes are made at once, and a room has no more than fifty thousand', async (t) => {
  const { room } = await createRoom('codes')
  t.equal(new Set((await createCodes(room, 5000)).map(({ code }) => code)).size, 5000)
  await ledger`INSERT INTO access_codes (id, room_id, code_hash) SELECT gen_random_uuid(), ${room.id}::uuid, n::text FROM generate_series(1, 44999) AS n`
  t.equal((await createCodes(room, 1)).length, 1)
  expectProblem(t, await host.call('POST', `/rooms/${room.id}/access-codes`, { count: 1 }), 'conflict')
})

t.test('a code makes one device its voter, however it is typed, and that device again', async (t) => {
  const { room, pollId } = await createRoom('codes')
  const { id, code } = await createCode(room)
  const first = await redeem(room, ` ${code.toLowerCase().replaceAll('-', ' ')} `)
  t.match(first, { status: 201, body: { voterId: id } })
  t.match(first.headers.get('set-cookie'), `voter=${first.body.voterToken}; `)
  t.match(await redeem(room, code, first.body.voterToken, b.url), { status: 200, body: { voterId: id } }, 'the same device, on another instance')
  for (const token of [undefined, (await createVoter(url)).voterToken, host.accessToken]) {
    const other = await redeem(room, code, token)
    expectProblem(t, other, 'forbidden')
    t.match(other.body.detail, /another device/)
  }

  t.match((await voteOverHttp(b.url, first.body.voterToken, pollId, { choices: [1] })).body, { status: 'recorded' })
  t.match((await voteOverHttp(url, first.body.voterToken, pollId, { choices: [2] })).body, { status: 'changed' })
  t.match(await ledger`SELECT DISTINCT voter_id FROM ballots WHERE poll_id = ${pollId}`, [{ voter_id: id }])
  t.match((await host.results(pollId)).body, { voters: 1, counts: { 1: 0, 2: 1 } })
  t.match((await host.call<{ items: AccessCode[] }>('GET', `/rooms/${room.id}/access-codes`)).body.items, [{ id, usedAt: /^20/, revokedAt: null }])
})

t.test('a device whose answer was lost gets the same voter with the same code, and no other device does', async (t) => {
  const { room, pollId } = await createRoom('codes')
  const { id, code } = await createCode(room)
  const { voterToken } = await createVoter(url)
  t.match(await redeem(room, code, voterToken), { status: 201, body: { voterId: id } })
  const again = await redeem(room, code, voterToken, b.url)
  t.match(again, { status: 200, body: { voterId: id } }, 'it still is the voter that it was')
  t.match(again.headers.get('set-cookie'), `voter=${again.body.voterToken}; `)
  t.match((await voteOverHttp(url, again.body.voterToken, pollId, { choices: [1] })).body, { status: 'recorded' })
  expectProblem(t, await voteOverHttp(url, voterToken, pollId, { choices: [1] }), 'forbidden')
  for (const token of [undefined, (await createVoter(url)).voterToken]) expectProblem(t, await redeem(room, code, token), 'forbidden')

  const onSocket = await createCode(room)
  const [before, after] = [await connectSocket(t, url, { auth: { voterToken } }), await connectSocket(t, b.url, { auth: { voterToken } })]
  for (const socket of [before, after]) {
    t.match(await socket.call('room:join', { code: room.code, accessCode: onSocket.code }), { ok: true, data: { polls: [{ myVote: null }] } })
  }
  t.match(await after.vote(pollId, 2), { ok: true, data: { status: 'recorded' } })
  // Of the instance that acknowledged it: the other one is told a moment later.
  t.match((await request<Results>(b.url, 'GET', `/api/v1/polls/${pollId}/results`, { token: host.accessToken })).body, { voters: 2, counts: { 1: 1, 2: 1 } })

  await host.call('DELETE', `/rooms/${room.id}/access-codes/${id}`)
  expectProblem(t, await redeem(room, code, voterToken), 'forbidden', 'revoked is revoked')
})

t.test('of 50 devices with the same code one wins', async (t) => {
  const { room } = await createRoom('codes')
  const { code } = await createCode(room)
  const answers = await Promise.all(Array.from({ length: 50 }, async (_, at) => (await redeem(room, code, undefined, at % 2 === 0 ? url : b.url)).status))
  t.strictSame(answers.filter((status) => status === 201).length, 1)
  t.strictSame(answers.filter((status) => status === 403).length, 49)
})

t.test('wrong codes are answered alike, and limited; right ones are not', async (t) => {
  const { room } = await createRoom('codes')
  const other = await createRoom('codes')
  const { code: elsewhere } = await createCode(other.room)
  const { code } = await createCode(room)
  const details = await Promise.all(['BCDF-GHJK-MNPQ', elsewhere, 'x', '\u0000'.repeat(3), '__proto__'].map(async (wrong) => {
    const { status, body: { detail } } = await redeem(room, wrong)
    return `${status} ${detail}`
  }))
  t.equal(new Set(details).size, 1, details.join())

  const socket = await connectSocket(t, url)
  for (let tries = 1; tries <= 21; tries += 1) {
    t.match(await socket.call('room:join', { code: room.code, accessCode: 'wrong' }), { ok: false, error: { code: tries <= 20 ? 'forbidden' : 'rate_limited' } })
  }
  const wrong = await Promise.all(Array.from({ length: 60 }, async () => (await redeem(room, 'wrong')).status))
  t.strictSame([wrong.includes(403), wrong.includes(429)], [true, true])
  t.match(await socket.call('room:join', { code: room.code, accessCode: code }), { ok: true }, 'on that socket and from that address')
  await t.test('over all instances', { skip: withoutRedis }, async (t) => {
    expectProblem(t, await redeem(room, 'wrong', undefined, b.url), 'rate_limited')
  })
})

t.test('behind a proxy wrong codes are counted for the address that it tells, over sockets as over HTTP', async (t) => {
  const { room } = await createRoom('codes')
  const proxied = await startServer(t, { DATABASE_URL: environment.DATABASE_URL, TRUST_PROXY: 'loopback, 10.0.0.0/8' })
  const guess = async (forwardedFor: string, times = 1) => {
    const socket = await connectSocket(t, proxied.url, { extraHeaders: { 'x-forwarded-for': forwardedFor } })
    const answers = []
    for (let at = 0; at < times; at++) answers.push(await socket.call('room:join', { code: room.code, accessCode: 'wrong' }))
    return answers.map((answer) => answer.ok ? '' : answer.error.code).at(-1)
  }
  const guessOverHttp = async (forwardedFor: string) => (await request<{ code: ErrorCode }>(proxied.url, 'POST', `/api/v1/join/${room.code}/redeem`, { body: { accessCode: 'wrong' }, headers: { 'x-forwarded-for': forwardedFor } })).body.code
  for (let socket = 0; socket < 4; socket++) t.equal(await guess('203.0.113.7', 15), 'forbidden')
  for (const told of ['203.0.113.7', '198.51.100.1, 203.0.113.7', '203.0.113.7, 10.1.2.3']) {
    t.strictSame([await guess(told), await guessOverHttp(told)], ['rate_limited', 'rate_limited'], told)
  }
  for (const other of ['203.0.113.8', '203.0.113.7, 203.0.113.9', '2001:db8::1']) t.strictSame([await guess(other), await guessOverHttp(other)], ['forbidden', 'forbidden'], other)
})

t.test('[V5] a poll that is not open takes no vote, over each transport', async (t) => {
  const { pollId } = await createRoom('open')
  const { voterToken: token } = await createVoter(url)
  const voter = { token, auth: { voterToken: token } }
  await refusesVote(t, (await host.createPoll()).id, 'poll_not_found', voter)
  for (const [command, code] of [['pause', 'poll_paused'], ['close', 'poll_closed'], ['archive', 'poll_closed']] as const) {
    await host.command(pollId, command)
    await refusesVote(t, pollId, code, voter)
  }
})

t.test('[V8] in a room with codes only a redeemed code votes, over each transport', async (t) => {
  const { room, pollId } = await createRoom('codes')
  const { voterToken } = await createVoter(url)
  await refusesVote(t, pollId, 'forbidden', { token: voterToken, auth: { voterToken } })
  await refusesVote(t, pollId, 'forbidden', { token: host.accessToken, auth: { accessToken: host.accessToken } })
  await refusesVote(t, pollId, 'forbidden', { token: await createKey(host, ['votes:write']), auth: {} })
  expectProblem(t, await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { body: { answer: { choices: [1] } } }), 'unauthenticated', 'nobody at all')
  const elsewhere = await createRoom('codes')
  const foreign = await redeem(elsewhere.room, (await createCode(elsewhere.room)).code)
  await refusesVote(t, pollId, 'forbidden', { token: foreign.body.voterToken, auth: { voterToken: foreign.body.voterToken } })

  // Reading asks for nothing.
  const socket = await connectSocket(t, url)
  t.match(await socket.call('room:join', { code: room.code }), { ok: true, data: { room: { access: 'codes' }, polls: [{ results: { voters: 0 } }] } })
  t.equal((await request(url, 'GET', `/api/v1/polls/${pollId}/results`)).status, 200)

  const { id, code } = await createCode(room)
  const joined = await socket.call('room:join', { code: room.code, accessCode: code })
  t.match(joined, { ok: true, data: { polls: [{ myVote: null }] } })
  t.match(await socket.vote(pollId, 1), { ok: true, data: { status: 'recorded' } })
  t.match(await ledger`SELECT voter_id FROM ballots WHERE poll_id = ${pollId}`, [{ voter_id: id }])
  const token = joined.ok ? joined.data.voterToken : ''
  t.match((await request(url, 'GET', `/api/v1/polls/${pollId}/vote`, { token })).body, { answer: { choices: [1] } })
  t.match((await postGraphql(url, `{ poll(id: "${pollId}") { myVote } }`, { token })).body, { data: { poll: { myVote: { choices: [1] } } } })
  t.match((await (await connectSocket(t, b.url, { auth: { voterToken: token } })).joinPoll(pollId)).myVote, { choices: [1] })
})

t.test('[R6] who becomes a code\'s voter sees what that voter may see', async (t) => {
  const { room, pollId } = await createRoom('open', { resultsVisibility: 'after_vote' })
  const [socket, voter] = [await connectSocket(t, url), await connectSocket(t, url)]
  await socket.joinPoll(pollId)
  await socket.vote(pollId, 1)
  await socket.resultsWhere(({ voters }) => voters === 1)
  const { code } = await createCode(room)
  t.match(await socket.call('room:join', { code: room.code, accessCode: code }), { ok: true, data: { polls: [{ results: null, myVote: null }] } })
  const before = socket.frames.length
  await voter.vote(pollId, 2)
  await voter.resultsWhere(({ voters }) => voters === 2)
  t.match(await socket.joinPoll(pollId), { results: null })
  t.equal(socket.frames.length, before)
})

t.test('[V5] a code that is revoked between join and vote does not vote; what was counted stays', async (t) => {
  const { room, pollId } = await createRoom('codes')
  const [voted, joined] = [await createCode(room), await createCode(room)]
  const [first, second] = [await connectSocket(t, url), await connectSocket(t, b.url)]
  await first.call('room:join', { code: room.code, accessCode: voted.code })
  await second.call('room:join', { code: room.code, accessCode: joined.code })
  t.match(await first.vote(pollId, 1), { ok: true })
  for (const { id } of [voted, joined, joined]) t.equal((await host.call('DELETE', `/rooms/${room.id}/access-codes/${id}`)).status, 204)
  expectProblem(t, await host.call('DELETE', `/rooms/${room.id}/access-codes/${randomUUID()}`), 'not_found')

  for (const socket of [first, second]) {
    t.match(await socket.vote(pollId, 2), { ok: false, error: { code: 'forbidden', detail: /revoked/ } })
    t.match(await socket.call('vote:withdraw', { pollId }), { ok: false, error: { code: 'forbidden' } })
  }
  for (const { code } of [voted, joined]) expectProblem(t, await redeem(room, code), 'forbidden')
  t.match((await host.results(pollId)).body, { voters: 1, counts: { 1: 1, 2: 0 } })
  t.equal(await countBallots(ledger, pollId), 1)
  await host.command(pollId, 'close')
  t.match(await second.vote(pollId, 2), { ok: false, error: { code: 'forbidden' } }, 'before the poll\'s state is looked at')
})

t.test('[V2] in a room with accounts a person votes once, over whatever device and transport', async (t) => {
  const { room, pollId } = await createRoom('accounts')
  const { voterToken } = await createVoter(url)
  await refusesVote(t, pollId, 'unauthenticated', { token: voterToken, auth: { voterToken } })
  const person = await registerHost(url)
  const login = await request(url, 'POST', '/api/v1/auth/login', { body: { email: person.credentials.email, password: person.credentials.password } })
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const key = await createKey(person, ['votes:write', 'results:read'])

  const socket = await connectSocket(t, url, { auth: { accessToken: person.accessToken } })
  t.match(await socket.vote(pollId, 1), { ok: true, data: { status: 'recorded' } })
  const withCookie = await connectSocket(t, b.url, { auth: { voterToken }, extraHeaders: { cookie } })
  t.match(await withCookie.joinPoll(pollId), { myVote: { choices: [1] } })
  t.match(await withCookie.vote(pollId, 1), { ok: true, data: { status: 'unchanged' } })
  t.match(await (await connectSocket(t, b.url, { auth: { accessToken: key } })).vote(pollId, 1), { ok: true, data: { status: 'unchanged' } })

  const callers: Array<{ token?: string, headers?: Record<string, string> }> = [{ token: person.accessToken }, { headers: { cookie } }, { token: voterToken, headers: { cookie } }, { token: key }]
  for (const [at, caller] of callers.entries()) {
    const choices = [2 - at % 2]
    const vote = { ...caller, body: { answer: { choices } } }
    t.match((await request<Receipt>(url, 'PUT', `/api/v1/polls/${pollId}/vote`, vote)).body, { status: 'changed' })
    t.match((await request(b.url, 'GET', `/api/v1/polls/${pollId}/vote`, caller)).body, { answer: { choices } })
    const { body } = await postGraphql(url, `mutation { castVote(pollId: "${pollId}", answer: { choices: [${choices.join()}] }) { status } }`, caller)
    t.match(body, { data: { castVote: { status: 'unchanged' } } })
  }
  t.match((await postGraphql(url, `{ poll(id: "${pollId}") { myVote } }`, { token: person.accessToken })).body, { data: { poll: { myVote: { choices: [1] } } } })
  t.match(await ledger`SELECT DISTINCT voter_id FROM ballots WHERE poll_id = ${pollId}`, [{ voter_id: person.user.id }])
  t.match((await host.results(pollId)).body, { voters: 1 })
  t.match((await request(url, 'DELETE', `/api/v1/polls/${pollId}/vote`, { token: person.accessToken })).body, { status: 'withdrawn' })
  t.equal((await request<{ room: Room }>(url, 'GET', `/api/v1/join/${room.code}`)).body.room.access, 'accounts')
})

t.test('an API key votes for its user only with that scope', async (t) => {
  const { pollId } = await createRoom('accounts')
  const reader = await createKey(host, ['results:read'])
  const socket = await connectSocket(t, url, { auth: { accessToken: reader } })
  t.match(await socket.vote(pollId, 1), { ok: false, error: { code: 'unauthenticated' } })
  expectProblem(t, await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: reader, body: { answer: { choices: [1] } } }), 'forbidden')
  t.equal(await countBallots(ledger, pollId), 0)
})

t.test('[V8] an API key is the same voter over a socket as over HTTP, and none without that scope', async (t) => {
  const { room, pollId } = await createRoom('open', { resultsVisibility: 'after_vote' })
  const program = await registerHost(url)
  const [writer, reader] = [await createKey(program, ['votes:write', 'results:read']), await createKey(program, ['results:read'])]
  const results = async (token: string) => await request<Results>(url, 'GET', `/api/v1/polls/${pollId}/results`, { token })
  expectProblem(t, await results(writer), 'results_hidden')
  t.match((await request<Receipt>(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: writer, body: { answer: { choices: [1] } } })).body, { status: 'recorded' })
  t.match((await results(writer)).body, { voters: 1 }, 'which sees what it has voted for')
  const socket = await connectSocket(t, b.url, { auth: { accessToken: writer } })
  t.match(await socket.joinPoll(pollId), { myVote: { choices: [1] }, results: { voters: 1 } })
  t.match(await socket.vote(pollId, 1), { ok: true, data: { status: 'unchanged' } })

  expectProblem(t, await results(reader), 'results_hidden')
  await refusesVote(t, pollId, 'forbidden', { token: reader, auth: { accessToken: reader } })
  const { voterId, voterToken } = await createVoter(url)
  t.match(await (await connectSocket(t, url, { auth: { accessToken: reader, voterToken } })).vote(pollId, 2), { ok: true, data: { status: 'recorded' } }, 'a voter\'s token beside it votes')
  const ids = await ledger<{ id: string }[]>`SELECT voter_id AS id FROM ballots WHERE poll_id = ${pollId} ORDER BY version`
  t.equal(ids.length, 2)
  t.equal(ids[1]?.id, voterId)

  await setAccess(room, 'accounts')
  await host.call('PATCH', `/rooms/${room.id}`, { questionsMode: 'post' })
  t.match(await (await connectSocket(t, url, { auth: { accessToken: reader } })).call('question:ask', { roomId: room.id, text: 'Why?' }), { ok: false, error: { code: 'unauthenticated' } }, 'it does not ask for its user either')
})

t.test('[R6] who sends a device\'s token beside the cookie of the account sees as both what both have voted', async (t) => {
  const { pollId } = await createRoom('accounts', { resultsVisibility: 'after_vote' })
  const person = await registerHost(url)
  const login = await request(url, 'POST', '/api/v1/auth/login', { body: { email: person.credentials.email, password: person.credentials.password } })
  const caller = { token: (await createVoter(url)).voterToken, headers: { cookie: (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '' } }
  t.match((await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { ...caller, body: { answer: { choices: [1] } } })).body, { status: 'recorded' })
  t.match((await request(url, 'GET', `/api/v1/polls/${pollId}/results`, caller)).body, { voters: 1 })
  t.match((await postGraphql(url, `{ poll(id: "${pollId}") { myVote results { voters } } }`, caller)).body, { data: { poll: { myVote: { choices: [1] }, results: { voters: 1 } } } })
  expectProblem(t, await request(url, 'POST', '/api/v1/rooms', { ...caller, body: { title: 'No' } }), 'forbidden', 'but a voter\'s token manages nothing')
})

t.test('people of a room are counted as the voters that they are there', async (t) => {
  const participation = async (pollId: string) => (await host.call<Participation>('GET', `/polls/${pollId}/participation`)).body
  const connectAs = async ({ accessToken }: { accessToken?: string }) => await connectSocket(t, url, { auth: accessToken === undefined ? {} : { accessToken } })
  const assembly = await createRoom('accounts')
  const [ada, ben] = [await registerHost(url), await registerHost(url)]
  const sockets = await Promise.all([ada, ada, ben, {}, host].map(connectAs))
  for (const socket of sockets) await socket.call('room:join', { code: assembly.room.code })
  await sockets[0]?.vote(assembly.pollId, 1)

  const hall = await createRoom('codes')
  const [first, second] = await createCodes(hall.room, 2)
  const devices = await Promise.all([connectAs({}), connectAs({}), connectAs({})])
  for (const device of devices) await device.call('room:join', { code: hall.room.code })
  await devices[0]?.call('room:join', { code: hall.room.code, accessCode: first?.code ?? '' })
  await devices[1]?.call('room:join', { code: hall.room.code, accessCode: second?.code ?? '' })
  await devices[1]?.vote(hall.pollId, 1)

  for (const [pollId, connected] of [[assembly.pollId, 4], [hall.pollId, 3]] as const) {
    const isWritten = async () => {
      const read = await participation(pollId)
      return read.joined >= 2 && read.connected >= 3
    }
    await waitUntil(isWritten, 15_000, () => 'not all joins were written down')
    t.match(await participation(pollId), { connected, joined: 2, voted: 1, abstained: 1 })
  }
  const state = new Promise<RoomState>((resolve) => { sockets[2]?.socket.on('room', resolve) })
  await setAccess(assembly.room, 'open')
  t.match(await state, { present: 4 })
})

t.test('[V5] an account that is locked between join and vote does not vote', async (t) => {
  const { pollId } = await createRoom('accounts')
  const person = await registerHost(url)
  const socket = await connectSocket(t, b.url, { auth: { accessToken: person.accessToken } })
  await socket.joinPoll(pollId)
  await admin.call('PATCH', `/admin/users/${person.user.id}`, { disabled: true })
  t.match(await socket.vote(pollId, 1), { ok: false, error: { code: /^(forbidden|unauthenticated)$/ } })
  expectProblem(t, await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: person.accessToken, body: { answer: { choices: [1] } } }), 'unauthenticated')
  t.equal(await countBallots(ledger, pollId), 0)
})

t.test('[R6] results after the vote are for the person who has voted, on each device and not after signing out', async (t) => {
  const { pollId } = await createRoom('accounts', { resultsVisibility: 'after_vote' })
  const person = await registerHost(url)
  const [watching, anyone] = [await connectSocket(t, url, { auth: { accessToken: person.accessToken } }), await connectSocket(t, b.url)]
  const results = async (token: string) => await request<Results>(b.url, 'GET', `/api/v1/polls/${pollId}/results`, { token })
  t.match(await watching.joinPoll(pollId), { results: null })
  expectProblem(t, await results(person.accessToken), 'results_hidden')
  await request(url, 'PUT', `/api/v1/polls/${pollId}/vote`, { token: person.accessToken, body: { answer: { choices: [1] } } })
  t.match((await results(person.accessToken)).body, { voters: 1 })
  t.match(await watching.joinPoll(pollId), { results: { voters: 1 }, myVote: { choices: [1] } })
  t.match(await anyone.joinPoll(pollId), { results: null })
  const stream = await openEventStream(t, `${url}/api/v1/polls/${pollId}/live`, { authorization: `Bearer ${person.accessToken}` })
  const shown = () => stream.frames.filter((frame) => frame.includes('"type":"results"')).length
  await waitUntil(async () => shown() === 1, 15_000, () => 'the feed shows no results')

  const other = await connectSocket(t, url, { auth: { accessToken: (await registerHost(url)).accessToken } })
  await person.call('POST', '/auth/logout')
  await waitUntil(async () => (await watching.joinPoll(pollId)).results === null, 15_000, () => 'still shown after signing out')
  const before = watching.frames.length
  await other.vote(pollId, 1)
  await other.resultsWhere(({ voters }) => voters === 2)
  t.match(await watching.joinPoll(pollId), { results: null })
  t.strictSame([watching.frames.length, anyone.frames.length, shown()], [before, 0, 1])
})

t.test('a change of access counts for the next vote, on every instance, and is told to the audience', async (t) => {
  const { room, pollId } = await createRoom('open')
  const [here, there] = [await connectSocket(t, url), await connectSocket(t, b.url)]
  for (const socket of [here, there]) await socket.call('room:join', { code: room.code })
  t.match(await there.vote(pollId, 1), { ok: true, data: { status: 'recorded' } })
  const states: RoomState[] = []
  there.socket.on('room', (state) => { states.push(state) })
  const told = new Promise<void>((resolve) => { there.socket.on('room', ({ access }) => { if (access === 'accounts') resolve() }) })

  const { revision } = await setAccess(room, 'accounts')
  t.equal(revision, room.revision + 1)
  for (const socket of [there, here]) t.match(await socket.vote(pollId, 2), { ok: false, error: { code: 'unauthenticated' } }, 'the vote right after the answer')
  await told
  t.equal((await setAccess(room, 'accounts')).revision, revision, 'the same again is no change')
  await setAccess(room, 'codes')
  t.match(await there.vote(pollId, 2), { ok: false, error: { code: 'forbidden' } })
  await setAccess(room, 'open')
  t.match(await there.vote(pollId, 2), { ok: true, data: { status: 'changed' } })
  let results = (await host.results(pollId)).body
  // The vote was acknowledged by the other instance.
  await waitUntil(async () => {
    results = (await host.results(pollId)).body
    return results.counts[2] === 1
  }, 15_000, () => `the changed vote is not shown: ${JSON.stringify(results)}`)
  t.match(results, { voters: 1, counts: { 1: 0, 2: 1 } })
  expectProblem(t, await host.call('PATCH', `/rooms/${room.id}`, { access: 'nobody' }), 'validation_failed')
})
