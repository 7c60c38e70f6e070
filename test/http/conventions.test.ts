import { request as plainRequest } from 'node:http'
import t from 'tap'
import type { Poll } from '../../server/protocol/poll.ts'
import { createVoter, expectProblem, registerHost, request } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t, { ALLOWED_ORIGINS: 'https://polls.example.org' })
const host = await registerHost(url)

const question = 'Shall we?'
const options = [{ label: 'Yes' }, { label: 'No' }]
const create = async (change: object = {}, headers: Record<string, string> = {}) =>
  await host.call<Poll>('POST', '/polls', { kind: 'single', question, options, ...change }, headers)
const createRaw = async (body: string, headers: Record<string, string> = {}) => await host.call('POST', '/polls', body, headers)
const countPolls = async () => (await host.call<{ items: Poll[] }>('GET', '/polls?limit=100')).body.items.length

t.test('[O4] an error says which field is wrong and why, as problem details', async (t) => {
  const answered = await create({ question: '', options: [{ label: 'Yes' }, { label: 7 }] })
  expectProblem(t, answered, 'validation_failed')
  t.equal(answered.headers.get('cache-control'), 'no-store')
  t.match(answered.body, { errors: [{ pointer: '/question', detail: String }, { pointer: '/options/1/label', detail: String }] })
})

t.test('[O4] fields that are not known are refused, at every depth', async (t) => {
  const before = await countPolls()
  for (const field of ['id', 'ownerId', 'status', 'round', 'version', 'counts', 'revision', 'revealed', 'createdAt', 'constructor', 'toString']) {
    const answered = await create({ [field]: 1 })
    expectProblem(t, answered, 'validation_failed', field)
    t.match(answered.body, { errors: [{ pointer: `/${field}`, detail: 'is not known here' }] })
  }
  expectProblem(t, await create({ options: [{ label: 'Yes', id: 1 }, { label: 'No' }] }), 'validation_failed', 'an option with an id')
  const poll = (await create()).body
  for (const field of ['roomId', 'ownerId', 'status', 'round', 'version', 'counts', 'revealed', 'revision']) {
    expectProblem(t, await host.call('PATCH', `/polls/${poll.id}`, { [field]: 1 }, { 'if-match': '*' }), 'validation_failed', `PATCH ${field}`)
  }
  expectProblem(t, await host.call('POST', '/rooms', { title: 'A', code: 'BCDFGH' }), 'validation_failed', 'a room with a code')
  for (const field of ['ownerId', 'code', 'currentPollId', 'revision']) {
    expectProblem(t, await host.call('PATCH', `/rooms/${poll.roomId}`, { [field]: poll.id }), 'validation_failed', `PATCH a room's ${field}`)
  }
  expectProblem(t, await host.call('PATCH', `/rooms/${poll.roomId}`, { access: 'nobody' }), 'validation_failed', 'another access')
  expectProblem(t, await host.call('POST', `/polls/${poll.id}/open`, { force: true }), 'validation_failed', 'a command with a body')
  t.equal(await countPolls(), before + 1)
})

t.test('[O4] values of the wrong type or out of bounds are refused, not converted', async (t) => {
  const tooMany = Array.from({ length: 51 }, (_, at) => ({ label: `Option ${at}` }))
  for (const change of [
    { kind: 'rating' }, { kind: null }, { question: 7 }, { question: null }, { options: [] }, { options: [{ label: 'one' }] }, { options: tooMany },
    { options: 'Yes' }, { options: ['Yes', 'No'] }, { minChoices: '1' }, { minChoices: 0 }, { maxChoices: 2 }, { minChoices: 1.5 },
    { kind: 'multiple', minChoices: 2, maxChoices: 1 }, { kind: 'multiple', maxChoices: 3 }, { revote: 'never' }, { resultsVisibility: 'all' },
    { roomId: 'x' }, { roomId: 7 }
  ]) expectProblem(t, await create(change), 'validation_failed', JSON.stringify(change).slice(0, 60))
  t.equal((await create({ options: tooMany.slice(1) })).status, 201, '50 options are fine')
  expectProblem(t, await create({ roomId: '01890000-0000-7000-8000-000000000000' }), 'room_not_found')
})

t.test('[O4] bodies that are not the JSON that they claim to be are refused', async (t) => {
  for (const body of ['', '{', 'null', '[]', '"text"', '7', '{"kind":}', '\u0000', `${'['.repeat(30_000)}${']'.repeat(30_000)}`]) {
    expectProblem(t, await createRaw(body), 'validation_failed', JSON.stringify(body).slice(0, 20))
  }
  const poll = JSON.stringify({ kind: 'single', question, options })
  for (const poison of ['{"__proto__":{"admin":true},', '{"constructor":{"prototype":{"admin":true}},', '{"\\u005f_proto__":{},']) {
    expectProblem(t, await createRaw(poll.replace('{', poison)), 'validation_failed', poison)
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'garbage', 'application/jsonp', '/']) {
    expectProblem(t, await createRaw(poll, { 'content-type': type }), 'unsupported_media_type', type)
  }
  t.equal((await createRaw(poll, { 'content-type': 'application/json; charset=utf-8' })).status, 201)
  expectProblem(t, await create({ question: 'x'.repeat(64 * 1024) }), 'payload_too_large')
})

t.test('a command takes an empty body, with or without a type', async (t) => {
  const { body: poll } = await create()
  for (const [command, body, type] of [['open', undefined, undefined], ['pause', '', 'application/json'], ['open', '{}', 'application/json']] as const) {
    const answered = await host.call('POST', `/polls/${poll.id}/${command}`, body, type === undefined ? {} : { 'content-type': type })
    t.equal(answered.status, 200, `${command} with ${JSON.stringify(body)}`)
  }
})

t.test('texts are bounded by what a reader counts as characters', async (t) => {
  const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'
  for (const letter of ['x', '\u00e9', 'e\u0301', '\u{1f600}', family, '\u0939\u093f']) {
    t.equal((await create({ question: letter.repeat(300) })).status, 201, `300 times ${letter}`)
    expectProblem(t, await create({ question: letter.repeat(301) }), 'validation_failed', `301 times ${letter}`)
    t.equal((await create({ options: [{ label: letter.repeat(120) }, { label: 'b' }] })).status, 201, `120 times ${letter} in a label`)
    expectProblem(t, await create({ options: [{ label: letter.repeat(121) }, { label: 'b' }] }), 'validation_failed', `121 times ${letter} in a label`)
  }
  expectProblem(t, await create({ question: `a${'\u0301'.repeat(20_000)}` }), 'validation_failed', 'one character of 20,000 marks')
})

t.test('[O4] control characters, direction overrides and blank texts are refused; markup is only text', async (t) => {
  const bad = ['a\u0000b', 'a\nb', 'a\tb', 'a\u001bb', 'a\u007fb', 'a\u0085b', '\u202eabc', 'a\u202db', 'a\u2066b', 'a\u2069', 'a\ud800b', '', ' ', '\u00a0\u3000', '\u200b\u200d', '\u2800', '\u3164']
  for (const text of bad) {
    const name = JSON.stringify(text)
    expectProblem(t, await create({ question: text }), 'validation_failed', `question ${name}`)
    expectProblem(t, await create({ options: [{ label: 'a' }, { label: text }] }), 'validation_failed', `label ${name}`)
    expectProblem(t, await host.call('POST', '/rooms', { title: text }), 'validation_failed', `title ${name}`)
  }
  for (const text of ['<script>alert(1)</script>', '=1+1', '\'; DROP TABLE polls; --', '\u05e9\u05dc\u05d5\u05dd', '\u0645\u0631\u062d\u0628\u0627', '\u{1f1e9}\u{1f1ea}', '%s %n {x}', '\\u0000']) {
    t.hasStrict((await create({ question: text })).body, { question: text }, `kept as it is: ${text}`)
  }
})

t.test('another method of a known path is 405 with Allow, an unknown path is 404', async (t) => {
  const { body: poll } = await create()
  const cases = [
    ['PUT', '/api/v1/polls', 'GET, HEAD, POST'], ['POST', `/api/v1/polls/${poll.id}`, 'DELETE, GET, HEAD, PATCH'],
    ['GET', `/api/v1/polls/${poll.id}/open`, 'POST'], ['POST', `/api/v1/polls/${poll.id}/vote`, 'DELETE, GET, HEAD, PUT'],
    ['DELETE', `/api/v1/polls/${poll.id}/results`, 'GET, HEAD'], ['OPTIONS', '/api/v1/rooms', 'GET, HEAD, POST'],
    ['POST', '/livez', 'GET, HEAD'], ['PATCH', '/api/v1/auth/login', 'POST'], ['DELETE', `/api/v1/rooms/${poll.roomId}/stage?x=1`, 'PUT']
  ] as const
  for (const [method, path, allow] of cases) {
    const answered = await request(url, method, path)
    expectProblem(t, answered, 'method_not_allowed', `${method} ${path.slice(0, 24)}`)
    t.equal(answered.headers.get('allow'), allow)
  }
  for (const path of ['/api/v1/nope', '/api/v1', '/api/v2/polls', '/nope', `/api/v1/polls/${poll.id}/nope`, '/assets/nope.js', '/assets/../package.json', '/.env']) {
    expectProblem(t, await request(url, 'GET', path), 'not_found', path)
  }
  expectProblem(t, await request(url, 'POST', '/api/v1/nope', { body: {} }), 'not_found')
})

t.test('query parameters that are not known are refused', async (t) => {
  const { body: poll } = await create()
  for (const path of [`/polls/${poll.id}?x=1`, '/me?x=', `/rooms/${poll.roomId}?verbose`, `/polls/${poll.id}/vote?round=1`, `/polls/${poll.id}/results?rounds=1`]) {
    expectProblem(t, await host.call('GET', path), 'validation_failed', path.replace(/[0-9a-f-]{36}/, 'id'))
  }
  expectProblem(t, await host.call('POST', `/polls/${poll.id}/open?now=1`), 'validation_failed', 'on a command, too')
})

t.test('a page of another origin may not act, with or without cookies; reading stays open', async (t) => {
  const { body: poll } = await host.command((await create()).body.id, 'open')
  const { voterToken } = await createVoter(url)
  const vote = async (origin: string) => await request(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, {
    body: { answer: { choices: [1] } }, headers: { origin, cookie: `voter=${voterToken}` }
  })
  const { port } = new URL(url)
  const foreign = ['https://evil.example', 'null', 'http://127.0.0.1', `http://127.0.0.1:${port}0`, `http://127.0.0.1:${port}.evil.example`, `http://evil.example:${port}`, 'https://polls.example.org.evil.example', 'http://polls.example.org', 'file://', 'garbage']
  for (const origin of foreign) {
    expectProblem(t, await vote(origin), 'forbidden', origin)
    expectProblem(t, await create({}, { origin }), 'forbidden', `${origin} creates`)
    expectProblem(t, await request(url, 'POST', '/api/v1/voters', { headers: { origin } }), 'forbidden', `${origin} becomes a voter`)
  }
  t.equal((await host.results(poll.id)).body.voters, 0)
  t.equal((await request(url, 'GET', `/api/v1/polls/${poll.id}`, { headers: { origin: 'https://evil.example' } })).status, 200)
  for (const origin of [url, 'https://polls.example.org']) t.equal((await vote(origin)).status, 200, origin)
})

t.test('answers carry headers that keep browsers from guessing, framing and telling', async (t) => {
  const { headers } = await request(url, 'GET', '/readyz')
  t.match(headers.get('content-security-policy'), /default-src 'self'.*script-src 'self'.*frame-ancestors 'none'/)
  t.equal(headers.get('x-content-type-options'), 'nosniff')
  t.equal(headers.get('referrer-policy'), 'no-referrer')
  t.equal(headers.get('x-powered-by'), null)
  const data = await request(url, 'GET', '/api/v1/polls/0')
  t.match(data.headers.get('content-security-policy'), /^default-src 'none';\s?frame-ancestors 'none'$/)
  t.equal(data.headers.get('x-content-type-options'), 'nosniff')
})

t.test('an address that cannot be decoded is a clear error', async (t) => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    plainRequest(`${url}/api/v1/join/%E0%A4%A`, (response) => { response.resume(); resolve(response.statusCode) }).on('error', reject).end()
  })
  t.equal(status, 400)
})

t.test('liveness and readiness are answered at the root', async (t) => {
  t.strictSame((await request(url, 'GET', '/livez')).body, { status: 'ok' })
  const ready = await request(url, 'GET', '/readyz')
  t.strictSame([ready.status, ready.body, ready.headers.get('cache-control')], [200, { status: 'ok', database: 'up', redis: 'none' }, 'no-store'])
})

interface OpenApi {
  openapi: string
  paths: Record<string, Record<string, { summary?: string, responses: Record<string, unknown>, parameters?: { name: string }[] }>>
}

t.test('OpenAPI 3.1 lists every route, and every route that it lists is there', async (t) => {
  const { status, body } = await request<OpenApi>(url, 'GET', '/api/openapi.json')
  t.equal(status, 200)
  t.match(body.openapi, /^3\.1\.\d$/)
  const listed = Object.entries(body.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`))
  const documented = [
    'POST /auth/register', 'POST /auth/login', 'POST /auth/refresh', 'POST /auth/logout', 'GET /me',
    'POST /rooms', 'GET /rooms', 'GET /rooms/{roomId}', 'PATCH /rooms/{roomId}', 'DELETE /rooms/{roomId}', 'PUT /rooms/{roomId}/stage', 'GET /join/{code}',
    'POST /polls', 'GET /polls', 'GET /polls/{pollId}', 'PATCH /polls/{pollId}', 'DELETE /polls/{pollId}',
    ...['open', 'pause', 'close', 'archive', 'reset', 'reveal'].map((command) => `POST /polls/{pollId}/${command}`),
    'GET /polls/{pollId}/results', 'GET /polls/{pollId}/live', 'POST /voters', 'PUT /polls/{pollId}/vote', 'GET /polls/{pollId}/vote', 'DELETE /polls/{pollId}/vote'
  ]
  t.strictSame(documented.map((call) => call.replace(' ', ' /api/v1')).filter((call) => !listed.includes(call)), [])
  t.ok(listed.includes('GET /livez') && listed.includes('GET /readyz'))

  for (const [path, operations] of Object.entries(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const answered = await request<{ code?: string }>(url, method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'))
      t.notOk(['not_found', 'method_not_allowed', 'internal'].includes(answered.body.code ?? ''), `${method} ${path} is there: ${answered.body.code ?? answered.status}`)
      const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
      t.ok(operation.summary !== undefined && named.every((name) => operation.parameters?.some((parameter) => parameter.name === name)), `${method} ${path} is described`)
    }
  }
  t.equal((await request(url, 'GET', '/api/docs')).status, 200)
})
