// Accounts of people and programs: passwords, sessions, cookies, keys, admins, deletion; and answers that are kept for retries.
import t from 'tap'
import type { ApiKey, CreatedApiKey, ManagedUser, Tokens } from '../../server/protocol/identity.ts'
import type { ListedPoll, Poll, Receipt } from '../../server/protocol/poll.ts'
import type { Room } from '../../server/protocol/room.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp, type Host } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const { url } = await startServer(t, { DATABASE_URL: databaseUrl, ALLOWED_ORIGINS: 'https://slides.example.org', TRUST_PROXY: '127.0.0.1' })
const sql = connectDatabase(t, databaseUrl)
const admin = await registerHost(url)
// For what leaves an account as it is: each password takes a quarter of a second to hash.
const [host, other] = [await registerHost(url), await registerHost(url)]

const signIn = async ({ credentials: { email } }: Host, password: string) => await request<Tokens>(url, 'POST', '/api/v1/auth/login', { body: { email, password } })
const newPoll = { kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }] }

t.test('a new password ends all other sessions; a wrong one changes nothing', async (t) => {
  const host = await registerHost(url)
  const { body: other } = await signIn(host, host.credentials.password)
  const change = async (currentPassword: string, newPassword: string) => await host.call('PUT', '/me/password', { currentPassword, newPassword })
  expectProblem(t, await change('not the password', 'a new password'), 'forbidden')
  expectProblem(t, await change(host.credentials.password, 'short'), 'validation_failed')
  t.equal((await change(host.credentials.password, 'a new password')).status, 204)
  t.equal((await host.call('GET', '/me')).status, 200, 'the session that changed it goes on')
  expectProblem(t, await request(url, 'GET', '/api/v1/me', { token: other.accessToken }), 'unauthenticated', 'another one')
  expectProblem(t, await request(url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken: other.refreshToken } }), 'unauthenticated', 'and its refresh token')
  expectProblem(t, await signIn(host, host.credentials.password), 'unauthenticated', 'the old password')
  t.equal((await signIn(host, 'a new password')).status, 200)
})

t.test('signing out everywhere ends every session', async (t) => {
  const host = await registerHost(url)
  const { body: other } = await signIn(host, host.credentials.password)
  t.equal((await host.call('DELETE', '/me/sessions')).status, 204)
  for (const token of [host.accessToken, other.accessToken]) expectProblem(t, await request(url, 'GET', '/api/v1/me', { token }), 'unauthenticated')
})

t.test('a sign-in sets a session cookie that scripts cannot read, and signing out takes it back', async (t) => {
  const host = await registerHost(url)
  const signedIn = await signIn(host, host.credentials.password)
  const cookie = signedIn.headers.get('set-cookie') ?? ''
  t.match(cookie, /^host=host\.[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
  const headers = { cookie: cookie.slice(0, cookie.indexOf(';')) }
  t.match(await request(url, 'GET', '/api/v1/me', { headers }), { status: 200, body: { email: host.credentials.email } })
  t.equal((await request(url, 'POST', '/api/v1/rooms', { headers, body: { title: 'By cookie' } })).status, 201)
  const socket = await connectSocket(t, url, { extraHeaders: headers })
  const draft = await host.createPoll()
  t.equal((await socket.joinPoll(draft.id)).poll.status, 'draft', 'the socket is the host, too')

  for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    expectProblem(t, await request(url, 'POST', '/api/v1/rooms', { headers: { ...headers, ...foreign }, body: { title: 'Forged' } }), 'forbidden', JSON.stringify(foreign))
  }
  const forged = { cookie: headers.cookie.replace(/.$/, (last) => last === 'A' ? 'B' : 'A') }
  expectProblem(t, await request(url, 'GET', '/api/v1/me', { headers: forged }), 'unauthenticated', 'a forged cookie counts as none')
  const out = await request(url, 'POST', '/api/v1/auth/logout', { headers })
  t.match(out.headers.get('set-cookie'), /^host=; .*Expires=Thu, 01 Jan 1970/)
  expectProblem(t, await request(url, 'GET', '/api/v1/me', { headers }), 'unauthenticated', 'the session has ended')
  const later = await connectSocket(t, url, { extraHeaders: headers })
  t.match(await later.call('poll:join', { pollId: draft.id }), { ok: false, error: { code: 'poll_not_found' } }, '[R6] a socket that is opened with it then is one of the audience')
  t.equal((await host.call('POST', '/auth/logout')).status, 204)
  t.match(await connectSocket(t, url, { auth: { accessToken: host.accessToken } }).catch((error: unknown) => error), { data: { code: 'unauthenticated' } }, 'and a token of a session that has ended is refused')
})

t.test('behind https the session cookie is bound to this host', async (t) => {
  const { email, password } = admin.credentials
  const { headers } = await request(url, 'POST', '/api/v1/auth/login', { body: { email, password }, headers: { 'x-forwarded-proto': 'https' } })
  t.match(headers.get('set-cookie'), /^__Host-host=host\.[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

t.test('an API key is shown once, kept as a hash, tells its last use, and votes as one voter', async (t) => {
  const created = await host.call<CreatedApiKey>('POST', '/api-keys', { name: 'Scoreboard', scopes: ['polls:read', 'polls:write', 'votes:write'] })
  t.match(created, { status: 201, body: { name: 'Scoreboard', key: /^plenum_[\w-]{43}$/, lastUsedAt: null } })
  const { key, id } = created.body
  t.equal(created.headers.get('location'), `/api/v1/api-keys/${id}`)
  const stored = JSON.stringify(await sql`SELECT * FROM api_keys WHERE id = ${id}`)
  t.notOk(stored.includes(key.slice('plenum_'.length)), 'nothing of it is stored')

  const call = async <T>(method: string, path: string, body?: unknown) => await request<T>(url, method, `/api/v1${path}`, { token: key, body })
  const { body: poll } = await call<Poll>('POST', '/polls', { ...newPoll, revote: 'locked' })
  t.equal((await call('POST', `/polls/${poll.id}/open`)).status, 200)
  const vote = async (choice: number) => await call<Receipt>('PUT', `/polls/${poll.id}/vote`, { answer: { choices: [choice] } })
  t.match(await vote(1), { status: 200, body: { status: 'recorded' } })
  t.match(await vote(1), { status: 200, body: { status: 'unchanged' } })
  expectProblem(t, await vote(2), 'already_voted')
  const list = (await call<{ items: ListedPoll[] }>('GET', '/polls')).body.items
  t.strictSame(list.map(({ id, voters }) => [id, voters]), [[poll.id, undefined]], 'how many have voted is for who may read results')
  t.match((await host.call<{ items: ListedPoll[] }>('GET', '/polls')).body.items, [{ id: poll.id, voters: 1 }])
  expectProblem(t, await call('POST', '/api-keys', { name: 'Another', scopes: ['polls:read'] }), 'forbidden', 'a key makes no keys')

  const { body: { items } } = await host.call<{ items: ApiKey[] }>('GET', '/api-keys')
  t.match(items, [{ id, lastUsedAt: String }])
  t.notOk('key' in (items[0] ?? {}))
  expectProblem(t, await other.call('DELETE', `/api-keys/${id}`), 'not_found')
  t.equal((await host.call('DELETE', `/api-keys/${id}`)).status, 204)
  expectProblem(t, await call('GET', '/polls'), 'unauthenticated')
  for (const scopes of [[], ['polls:read', 'polls:read'], ['everything']]) expectProblem(t, await host.call('POST', '/api-keys', { name: 'Bad', scopes }), 'validation_failed', JSON.stringify(scopes))
})

t.test('admins list and lock accounts, but not their own', async (t) => {
  const host = await registerHost(url)
  const { body: { items }, headers } = await admin.call<{ items: ManagedUser[] }>('GET', '/admin/users?limit=1')
  t.match(items, [{ id: host.user.id, email: host.credentials.email, disabledAt: null }], 'newest first')
  t.match(headers.get('link'), /^<\/api\/v1\/admin\/users\?limit=1&cursor=[\w-]+>; rel="next"$/)
  const next = await admin.call<{ items: ManagedUser[] }>('GET', (headers.get('link') ?? '').slice('</api/v1'.length).split('>')[0] ?? '')
  t.not(next.body.items[0]?.id, host.user.id)
  t.match((await admin.call('PATCH', `/admin/users/${host.user.id}`, { disabled: true })).body, { disabledAt: String })
  expectProblem(t, await host.call('GET', '/me'), 'unauthenticated')
  expectProblem(t, await request(url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken: host.refreshToken } }), 'unauthenticated')
  expectProblem(t, await admin.call('PATCH', `/admin/users/${admin.user.id}`, { disabled: true }), 'conflict')
})

t.test('an account is deleted with its rooms, polls and ballots, and who watches them is told', async (t) => {
  const host = await registerHost(url)
  const poll = await host.openPoll()
  await voteOverHttp(url, (await createVoter(url)).voterToken, poll.id, { choices: [1] })
  const audience = await connectSocket(t, url)
  await audience.joinPoll(poll.id)
  const removed = new Promise<{ pollId: string }>((resolve) => audience.socket.once('poll:removed', resolve))
  expectProblem(t, await host.call('DELETE', '/me', { password: 'not the password' }), 'forbidden')
  t.equal((await host.call('DELETE', '/me', { password: host.credentials.password })).status, 204)
  t.same(await removed, { pollId: poll.id })
  expectProblem(t, await host.call('GET', '/me'), 'unauthenticated')
  expectProblem(t, await signIn(host, host.credentials.password), 'unauthenticated')
  t.same(await sql`SELECT 1 FROM ballots WHERE poll_id = ${poll.id}`, [])
  t.same(await sql`SELECT 1 FROM rooms WHERE id = ${poll.roomId}`, [])
  expectProblem(t, await admin.call('DELETE', '/me', { password: admin.credentials.password }), 'conflict', 'a server keeps its admin')
})

t.test('a POST that is sent again with its Idempotency-Key is answered with the first answer and done once', async (t) => {
  const host = await registerHost(url)
  const create = async (by: Host, key: string, title = 'Town hall') => await by.call<Room>('POST', '/rooms', { title }, { 'idempotency-key': key })
  const first = await create(host, 'one')
  const again = await create(host, 'one')
  t.equal(again.status, 201)
  t.same(again.body, first.body)
  t.equal(again.headers.get('location'), first.headers.get('location'))
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await host.call<{ items: Room[] }>('GET', '/rooms')).body.items.length, 1)
  expectProblem(t, await create(host, 'one', 'Another title'), 'idempotency_conflict', 'the same key for something else')
  t.not((await create(other, 'one')).body.id, first.body.id, 'keys of others are independent')
  expectProblem(t, await create(host, 'a key with spaces'), 'validation_failed')

  const parallel = await Promise.all(Array.from({ length: 8 }, async () => await create(host, 'two')))
  t.ok(parallel.every(({ status }) => status === 201 || status === 409), 'in parallel: the first answer, or a conflict while it is made')
  t.equal(new Set(parallel.filter(({ status }) => status === 201).map(({ body }) => body.id)).size, 1)
  t.equal((await host.call<{ items: Room[] }>('GET', '/rooms')).body.items.length, 2)

  const { body: draft } = await host.call<Poll>('POST', '/polls', newPoll)
  const reset = async () => await host.call<Poll>('POST', `/polls/${draft.id}/reset`, undefined, { 'idempotency-key': 'reset' })
  expectProblem(t, await reset(), 'conflict')
  await host.command(draft.id, 'open')
  expectProblem(t, await reset(), 'conflict', 'a refusal is an answer, too')

  await sql`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'one'`
  t.not((await create(host, 'one')).body.id, first.body.id, 'a day later the key is free again')
})

t.test('pages of listed origins may read answers with their cookies, others may not', async (t) => {
  const ask = async (origin: string, method = 'GET') => await request(url, method, '/api/v1/join/BCDFGH', { headers: { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}) } })
  const listed = await ask('https://slides.example.org')
  t.equal(listed.headers.get('access-control-allow-origin'), 'https://slides.example.org')
  t.equal(listed.headers.get('access-control-allow-credentials'), 'true')
  t.match(listed.headers.get('access-control-expose-headers'), /ETag.*Location/)
  t.equal((await ask('https://slides.example.org', 'OPTIONS')).status, 204)
  t.not((await ask('https://evil.example')).headers.get('access-control-allow-origin'), 'https://evil.example')
})

t.test('passwords are not guessed: an account is closed for a while after ten tries, known or not, and others go on', async (t) => {
  for (const email of [host.credentials.email, 'nobody@example.org']) {
    const attempt = async (password: string) => await request(url, 'POST', '/api/v1/auth/login', { body: { email: email.toUpperCase(), password } })
    for (const answered of await Promise.all(Array.from({ length: 10 }, async () => await attempt('not the password')))) expectProblem(t, answered, 'unauthenticated')
    const refused = await attempt(host.credentials.password)
    expectProblem(t, refused, 'rate_limited', 'even the right one')
    t.ok(Number(refused.headers.get('retry-after')) > 0)
    t.match(refused.headers.get('ratelimit'), /^"sign-in";r=0;t=\d+$/)
    t.equal(refused.headers.get('ratelimit-policy'), '"sign-in";q=10;w=300')
  }
  t.equal((await signIn(other, other.credentials.password)).status, 200)
})

t.test('a host who floods is told to wait, and reading goes on', async (t) => {
  const host = await registerHost(url)
  const change = { method: 'DELETE', headers: { authorization: `Bearer ${host.accessToken}` } }
  const statuses: number[] = []
  // Fifty at once: a connection for each request costs more than its answer.
  await Promise.all(Array.from({ length: 50 }, async () => {
    for (let at = 0; at < 25; at++) {
      const answer = await fetch(`${url}/api/v1/rooms/${host.user.id}`, change)
      await answer.text()
      statuses.push(answer.status)
    }
  }))
  const counts = (status: number) => statuses.filter((one) => one === status).length
  t.same([counts(404), counts(429)], [1200, 50])
  t.equal((await host.call('GET', '/rooms')).status, 200)
})
