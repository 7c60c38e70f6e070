// What somebody may try who wants to harm others over HTTP: many guesses, slow requests, false addresses, texts that are not what they seem.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import type { Room } from '../../server/protocol/room.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const proxied = await startServer(t, { DATABASE_URL: databaseUrl ?? '', TRUST_PROXY: 'loopback' })
const host = await registerHost(url)
const upgrade = 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'

/** Sends the beginning, then a byte now and then, and never the end. Resolves with the seconds until it was cut off, and what was answered. */
async function sendSlowly (beginning: string): Promise<{ seconds: number, answer: string }> {
  const startedAt = performance.now()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => { socket.destroy() })
  let answer = ''
  socket.on('data', (chunk: Buffer) => { answer += chunk.toString() })
  socket.on('error', () => {})
  if (beginning !== '') socket.write(beginning)
  const drip = setInterval(() => { if (beginning !== '') socket.write('x') }, 500)
  await once(socket, 'close')
  clearInterval(drip)
  return { seconds: (performance.now() - startedAt) / 1000, answer }
}

/** Resolves with the seconds until a WebSocket that is open, and then says nothing, was closed. */
async function waitSilently (path: string, protocols: string[] = []): Promise<{ seconds: number, code: number }> {
  const startedAt = performance.now()
  const socket = await openWebSocket(t, url, path, {}, protocols)
  return { code: await socket.closed, seconds: (performance.now() - startedAt) / 1000 }
}

// They wait while the other tests run.
const slow = {
  nothing: sendSlowly(''),
  'a line that does not end': sendSlowly('GET /live'),
  'headers that do not end': sendSlowly('POST /api/v1/voters HTTP/1.1\r\nHost: x\r\nX-A: '),
  'a body that does not end': sendSlowly('POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{'),
  'an upgrade that does not end': sendSlowly(`${upgrade}Sec-WebSocket-Key: `)
}
const silent = {
  'Socket.IO that joins no namespace': waitSilently('/socket.io/?EIO=4&transport=websocket'),
  'GraphQL that does not begin': waitSilently('/graphql', ['graphql-transport-ws'])
}

const wrongCode = 'BBBBBB'
const guess = async (at: string, headers: Record<string, string> = {}) => await request<{ code: string }>(at, 'GET', `/api/v1/join/${wrongCode}`, { headers })

const isLate = async (answer: Promise<unknown>): Promise<boolean> => {
  const startedAt = performance.now()
  await answer
  return performance.now() - startedAt > 950
}

/** Whether this answer comes before that of a wrong guess which was sent first, and comes late. */
async function isFirst (answer: () => Promise<unknown>): Promise<boolean> {
  const late = guess(url)
  const first = await Promise.race([late.then(() => false), answer().then(() => true)])
  await late
  return first
}

t.test('after twenty wrong codes of rooms their answers come late, whatever asks; a right code never waits', async (t) => {
  const { body: { code } } = await host.call<Room>('POST', '/rooms', { title: 'Hall' })
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await guess(url, { 'x-forwarded-for': '203.0.113.7' })))
  for (const answered of answers) expectProblem(t, answered, 'room_not_found')

  const { socket, call } = await connectSocket(t, url)
  const wrong: Record<string, () => Promise<unknown>> = {
    'over HTTP': async () => { expectProblem(t, await guess(url), 'room_not_found') },
    'with a code that cannot be': async () => { t.strictSame(Object.keys((await request<object>(url, 'GET', '/api/v1/join/1')).body), Object.keys(answers[0]?.body ?? {})) },
    'with another forwarded address, which nobody vouches for': async () => { expectProblem(t, await guess(url, { 'x-forwarded-for': '203.0.113.8' }), 'room_not_found') },
    'to redeem a code': async () => { expectProblem(t, await request(url, 'POST', `/api/v1/join/${wrongCode}/redeem`, { body: { accessCode: 'x' } }), 'room_not_found') },
    'over GraphQL': async () => { t.match((await postGraphql(url, `{ roomByCode(code: "${wrongCode}") { id } }`)).body.errors, [{ extensions: { code: 'room_not_found' } }]) },
    'over a socket': async () => { t.match(await call('room:join', { code: wrongCode }), { ok: false, error: { code: 'room_not_found' } }) },
    'by the page': async () => { t.match((await request(url, 'GET', `/j/${wrongCode}`)).body, /role="alert"|no room/i) },
    'by the form': async () => {
      const { voterToken } = await createVoter(url)
      const response = await fetch(`${url}/j/${wrongCode}/vote`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ poll: 'x' }), headers: { cookie: `voter=${voterToken}` } })
      t.match(response.headers.get('location'), 'problem=room_not_found')
    }
  }
  await Promise.all(Object.entries(wrong).map(async ([name, ask]) => { t.ok(await isLate(ask()), name) }))

  t.ok(await isFirst(async () => { t.equal((await request(url, 'GET', `/api/v1/join/${code}`)).status, 200) }), 'a right one over HTTP')
  t.ok(await isFirst(async () => { t.match(await call('room:join', { code }), { ok: true }) }), 'a right one over a socket')
  socket.disconnect()
})

t.test('guesses are counted for the address that a trusted proxy tells, and for the whole network of IPv6', async (t) => {
  const from = (address: string) => guess(proxied.url, { 'x-forwarded-for': address })
  await Promise.all(Array.from({ length: 20 }, async (_, at) => await from(`2001:db8:1:2::${at}`)))
  t.ok(await isLate(from('2001:db8:1:2:ffff::1')), 'another address of the same network')
  t.ok(await isFirst(async () => await from('2001:db8:1:3::1')), 'another network')
  t.ok(await isFirst(async () => await from('203.0.113.9')), 'another address')
})

t.test('passwords are guessed neither for one account from many addresses nor for many from one, and no answer tells which accounts there are', async (t) => {
  const attempt = async (email: string, address: string) => await request<{ detail: string }>(proxied.url, 'POST', '/api/v1/auth/login', {
    body: { email, password: 'not the password' }, headers: { 'x-forwarded-for': address }
  })
  const timed = async (email: string, address: string) => {
    const startedAt = performance.now()
    expectProblem(t, await attempt(email, address), 'unauthenticated')
    return performance.now() - startedAt
  }
  // A hash takes some hundred times as long as a look-up does: the least of three is far from either.
  const least = async (email: string) => Math.min(await timed(email, '198.51.100.1'), await timed(email, '198.51.100.2'), await timed(email, '198.51.100.3'))
  const [known, unknown] = [await least(host.credentials.email), await least('nobody@example.org')]
  t.ok(unknown > known / 3, `the same work: ${known} ms for an account, ${unknown} ms for none`)

  // The tenth closes the account, after which an attempt is cheap.
  await Promise.all(Array.from({ length: 100 }, async () => await attempt('somebody@example.org', '198.51.100.9')))
  const refused = await attempt('another@example.org', '198.51.100.9')
  expectProblem(t, refused, 'rate_limited')
  t.match(refused.headers.get('ratelimit-policy'), /"sign-in-address"/)
  expectProblem(t, await attempt('another@example.org', '198.51.100.10'), 'unauthenticated')
})

t.test('three hundred new voters and their votes in one burst from one address pass', async (t) => {
  const poll = await host.openPoll()
  const statuses = new Set<number>()
  // Fifty at once: a connection for each costs more than its answer.
  await Promise.all(Array.from({ length: 50 }, async () => {
    for (let voters = 0; voters < 6; voters++) {
      const { voterToken } = await createVoter(url)
      statuses.add((await voteOverHttp(url, voterToken, poll.id, { choices: [1] })).status)
    }
  }))
  t.strictSame(Array.from(statuses), [200])
  t.match((await host.results(poll.id)).body, { voters: 300, counts: { 1: 300 } })
})

t.test('no more connections than an instance may have are taken, of each kind', async (t) => {
  const small = await startServer(t, { DATABASE_URL: databaseUrl ?? '', MAX_SOCKETS: '2' })
  const poll = await host.openPoll()
  const feed = `/api/v1/polls/${poll.id}/live`
  const sockets = await Promise.all([connectSocket(t, small.url), connectSocket(t, small.url)])
  await t.rejects(connectSocket(t, small.url), 'one socket too many')
  t.equal((await request(small.url, 'GET', '/socket.io/?EIO=4&transport=polling')).status, 403, 'by polling, too')
  sockets[0]?.socket.disconnect()
  const [first, events] = [await openWebSocket(t, small.url, feed), await fetch(small.url + feed, { headers: { accept: 'text/event-stream' } })]
  await t.rejects(openWebSocket(t, small.url, feed), /refused with 503/)
  const refused = await request(small.url, 'GET', feed, { headers: { accept: 'text/event-stream' } })
  expectProblem(t, refused, 'busy')
  t.equal(refused.headers.get('retry-after'), '1')
  await events.body?.cancel()
  first.ws.close()
  await first.closed
  t.ok(await openWebSocket(t, small.url, feed), 'who has left makes room')
})

interface TextField {
  /** Of the field in what is sent. */
  pointer: string
  write (text: string): Promise<{ status: number, body: unknown }>
}

/** Every field in which people write. */
async function listTextFields (): Promise<Record<string, TextField>> {
  const { body: room } = await host.call<Room>('POST', '/rooms', { title: 'Hall', questionsMode: 'post' })
  const poll = await host.openPoll({ roomId: room.id, writeIns: 'post' })
  const open = await host.openPoll({ roomId: room.id, kind: 'text', options: [] })
  const words = await host.openPoll({ roomId: room.id, kind: 'words', options: [] })
  const { voterToken } = await createVoter(url)
  const by = (token: string | undefined) => (method: string, path: string, pointer: string, make: (text: string) => object): TextField =>
    ({ pointer, write: async (text) => await request(url, method, `/api/v1${path}`, { token, body: make(text) }) })
  const [anybody, voter, asHost] = [by(undefined), by(voterToken), by(host.accessToken)]
  const draft = { kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }] }
  return {
    'a room\'s title': asHost('POST', '/rooms', '/title', (title) => ({ title })),
    'a room\'s new title': asHost('PATCH', `/rooms/${room.id}`, '/title', (title) => ({ title })),
    'a question of a poll': asHost('POST', '/polls', '/question', (question) => ({ ...draft, question })),
    'an option': asHost('POST', '/polls', '/options/1/label', (label) => ({ ...draft, options: [{ label: 'Yes' }, { label }] })),
    'an explanation': asHost('POST', '/polls', '/explanation', (explanation) => ({ ...draft, correct: [1], explanation })),
    'an end of a scale': asHost('POST', '/polls', '/scale/minLabel', (label) => ({ kind: 'rating', question: 'How?', scale: { min: 1, max: 5, minLabel: label } })),
    'a word that is not counted': asHost('POST', '/polls', '/stopWords/0', (word) => ({ kind: 'words', question: 'What?', stopWords: [word] })),
    'a blocked word': asHost('PUT', `/rooms/${room.id}/blocked-words`, '/words/0', (word) => ({ words: [word] })),
    'a key\'s name': asHost('POST', '/api-keys', '/name', (name) => ({ name, scopes: ['polls:read'] })),
    'an account\'s name': anybody('POST', '/auth/register', '/name', (name) => ({ email: 'new@example.org', password: 'a long password', name })),
    'an answer': voter('PUT', `/polls/${open.id}/vote`, '/answer/text', (text) => ({ answer: { text } })),
    'a word': voter('PUT', `/polls/${words.id}/vote`, '/answer/words/0', (word) => ({ answer: { words: [word] } })),
    'a suggestion': voter('POST', `/polls/${poll.id}/suggestions`, '/text', (text) => ({ text })),
    'a question': voter('POST', `/rooms/${room.id}/questions`, '/text', (text) => ({ text })),
    'the name of who asks': voter('POST', `/rooms/${room.id}/questions`, '/authorName', (authorName) => ({ text: 'When?', authorName })),
    'a name on the leaderboard': voter('PUT', `/rooms/${room.id}/name`, '/name', (name) => ({ name }))
  }
}

t.test('no field takes a text that hides, reorders, or never ends', async (t) => {
  const family = '👩‍👩‍👧‍👦'
  for (const [at, [field, { pointer, write }]] of Object.entries(await listTextFields()).entries()) {
    for (const [what, text] of [['NUL', 'a\u0000b'], ['an override of the direction', 'a\u202eb'], ['invisible characters', '\u200b\u2060'], ['15 kB of faces', family.repeat(600)], ['a lone surrogate', 'a\ud800'], ['two lines', 'a\nb']] as const) {
      t.match(await write(text), { status: 400, body: { code: 'validation_failed', errors: [{ pointer }] } }, `${field}: ${what}`)
    }
    // Another word for each: one of the fields blocks what it is given.
    t.match(await write(`tea${at}`), { status: /^20\d$/ }, `${field}: a harmless text`)
  }
})

t.test('[O4] what Node cannot read as a request is refused with a code, too', async (t) => {
  for (const [what, bytes, status, code] of [
    ['no HTTP', 'hello\r\n\r\n', 400, 'validation_failed'],
    ['two lengths', 'POST /api/v1/voters HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400, 'validation_failed'],
    ['NUL in a header', 'GET /livez HTTP/1.1\r\nHost: x\r\nX-A: \u0000\r\n\r\n', 400, 'validation_failed'],
    ['an expectation that nobody knows', 'DELETE /livez HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n', 405, 'method_not_allowed'],
    ['headers of 40 kB', `GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ${'x'.repeat(40_000)}\r\n\r\n`, 413, 'payload_too_large']
  ] as const) {
    const { answer } = await sendSlowly(bytes)
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json.*"code":"${code}"`, 's'), what)
  }
})

t.test('[O4] who sends slowly, or nothing, is cut off after ten seconds', async (t) => {
  for (const [what, cut] of Object.entries(slow)) {
    const { seconds, answer } = await cut
    t.ok(seconds > 8 && seconds < 20, `${what}: ${seconds.toFixed(1)} s`)
    t.match(answer, /^(HTTP\/1\.1 400 .*"code":"validation_failed".*)?$/s, what)
  }
  for (const [what, closed] of Object.entries(silent)) {
    const { seconds } = await closed
    t.ok(seconds > 4 && seconds < 20, `${what}: ${seconds.toFixed(1)} s`)
  }
  t.equal((await silent['GraphQL that does not begin']).code, 4408)
})
