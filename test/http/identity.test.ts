import { createHmac, createSecretKey } from 'node:crypto'
import { SignJWT } from 'jose'
import t from 'tap'
import type { Tokens, User, VoterIdentity } from '../../server/protocol/identity.ts'
import { connectSocket, createVoter, expectProblem, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { createTestDatabase } from '../helpers/database.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { startServer, testSecretKey } from '../helpers/server.ts'

const databaseUrl = await createTestDatabase(t)
const { url } = await startServer(t, { DATABASE_URL: databaseUrl })
const admin = await registerHost(url)
const host = await registerHost(url)

const post = async <T>(path: string, body?: unknown, token?: string) => await request<T>(url, 'POST', `/api/v1${path}`, { body, token })
const me = async (token: string) => await request<User>(url, 'GET', '/api/v1/me', { token })

t.test('the first user of a server is its admin, the next one is not', async (t) => {
  t.equal(admin.user.role, 'admin')
  t.equal(host.user.role, 'user')
})

t.test('registering answers 201 with tokens that say who they belong to', async (t) => {
  const credentials = { email: 'Ada@Example.org', password: 'a long password', name: 'Ada' }
  const registered = await post<Tokens>('/auth/register', credentials)
  t.equal(registered.status, 201)
  t.equal(registered.headers.get('location'), '/api/v1/me')
  t.match(registered.body, { user: { email: credentials.email, name: 'Ada', role: 'user' }, expiresIn: 900 })

  const account = await me(registered.body.accessToken)
  t.strictSame(account.body, registered.body.user)
  t.equal(account.headers.get('cache-control'), 'private, no-store')
})

t.test('an address has one account, in whatever case it is written', async (t) => {
  const again = await post('/auth/register', { ...host.credentials, email: host.credentials.email.toUpperCase() })
  expectProblem(t, again, 'conflict')
  t.equal((await post('/auth/login', { ...withoutName(host.credentials), email: host.credentials.email.toUpperCase() })).status, 200)
})

t.test('signing in refuses a wrong password and an unknown address alike', async (t) => {
  const wrong = await post<{ detail: string }>('/auth/login', { email: host.credentials.email, password: 'not the password' })
  const unknown = await post<{ detail: string }>('/auth/login', { email: 'nobody@example.org', password: 'not the password' })
  expectProblem(t, wrong, 'unauthenticated')
  expectProblem(t, unknown, 'unauthenticated')
  t.equal(wrong.body.detail, unknown.body.detail)
  t.equal(wrong.headers.get('www-authenticate'), 'Bearer realm="plenum"')
})

t.test('[O4] credentials that cannot be stored are refused, never an internal error', async (t) => {
  const nul = await post('/auth/login', { email: 'a\u0000@example.org', password: 'a long password' })
  expectProblem(t, nul, 'validation_failed', 'NUL in an address to sign in with')
  const base = { email: 'new@example.org', password: 'a long password', name: 'New' }
  for (const change of [
    { email: 'no-at-sign' }, { email: 'a\u0000@example.org' }, { email: 'a b@example.org' }, { password: 'short' },
    { name: '' }, { name: 'a\u0000' }, { name: ' \u200b ' }, { role: 'admin' }
  ]) {
    expectProblem(t, await post('/auth/register', { ...base, ...change }), 'validation_failed', JSON.stringify(change))
  }
})

t.test('a refresh token is good for one trade', async (t) => {
  const first = await signIn()
  const second = await post<Tokens>('/auth/refresh', { refreshToken: first.refreshToken })
  t.equal(second.status, 200)
  t.not(second.body.refreshToken, first.refreshToken)
  t.equal((await me(second.body.accessToken)).status, 200)
})

t.test('a refresh token that is used again ends the session with all its tokens', async (t) => {
  const first = await signIn()
  const { body: second } = await post<Tokens>('/auth/refresh', { refreshToken: first.refreshToken })
  const other = await signIn()

  expectProblem(t, await post('/auth/refresh', { refreshToken: first.refreshToken }), 'unauthenticated', 'the old one')
  expectProblem(t, await post('/auth/refresh', { refreshToken: second.refreshToken }), 'unauthenticated', 'the newest one')
  expectProblem(t, await me(second.accessToken), 'unauthenticated', 'the access token')
  t.equal((await me(other.accessToken)).status, 200, 'another session of the same account goes on')
})

t.test('a refresh token that was never given out is refused', async (t) => {
  const { refreshToken } = await signIn()
  const [sessionId] = refreshToken.split('.')
  for (const forged of ['', 'x', `${sessionId}`, `${sessionId}.`, '00000000-0000-0000-0000-000000000000.x']) {
    expectProblem(t, await post('/auth/refresh', { refreshToken: forged }), 'unauthenticated', JSON.stringify(forged))
  }
})

t.test('logging out ends the session at once', async (t) => {
  const { accessToken, refreshToken } = await signIn()
  t.equal((await post('/auth/logout', undefined, accessToken)).status, 204)
  expectProblem(t, await me(accessToken), 'unauthenticated')
  expectProblem(t, await post('/auth/refresh', { refreshToken }), 'unauthenticated')
  expectProblem(t, await post('/auth/logout', undefined, accessToken), 'unauthenticated')
})

t.test('tokens that this server did not sign for this use are 401, on every transport', async (t) => {
  const now = Math.floor(Date.now() / 1000)
  const forge = async (
    { alg = 'HS256', typ = 'at+jwt', audience = 'plenum:api', issuer = 'plenum', key = testSecretKey, expiresAt = now + 60, subject = host.user.id, claims = {} }
  ) => await new SignJWT({ sid: sessionIdOf(host.accessToken), ...claims }).setProtectedHeader({ alg, typ }).setIssuer(issuer).setAudience(audience)
    .setSubject(subject).setIssuedAt(now - 120).setExpirationTime(expiresAt).sign(createSecretKey(key, 'utf8'))
  const [header = '', payload = '', signature = ''] = host.accessToken.split('.')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  t.equal((await me(await forge({}))).status, 200, 'the forger knows how to make a good one')
  const bad = {
    'another key': await forge({ key: 'another key that is long enough 0123' }),
    'another algorithm': await forge({ alg: 'HS512', key: `${testSecretKey}${testSecretKey}` }),
    'another type': await forge({ typ: 'JWT' }),
    'another audience': await forge({ audience: 'plenum:vote' }),
    'another issuer': await forge({ issuer: 'somebody' }),
    expired: await forge({ expiresAt: now - 60 }),
    'another user\'s session': await forge({ subject: admin.user.id }),
    'a subject that is no id': await forge({ subject: 'admin' }),
    'no session': await forge({ claims: { sid: undefined } }),
    'alg none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    'alg none with the old signature': `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`,
    'a changed payload': `${header}.${encode({ sub: admin.user.id, sid: sessionIdOf(admin.accessToken), aud: 'plenum:api', iss: 'plenum', exp: now + 60 })}.${signature}`,
    '8 kB': 'x'.repeat(8192),
    '8 kB that look like a token': `${header}.${'x'.repeat(8000)}.${signature}`,
    junk: 'x'
  }
  const poll = await host.openPoll()
  for (const [name, token] of Object.entries(bad)) {
    expectProblem(t, await me(token), 'unauthenticated', name)
    const headers = { authorization: `Bearer ${token}` }
    const live = `/api/v1/polls/${poll.id}/live`
    expectProblem(t, await request(url, 'GET', live, { headers: { ...headers, accept: 'text/event-stream' } }), 'unauthenticated', `${name}, as events`)
    t.match(await postGraphql(url, '{ __typename }', { token }), { status: 401, body: { errors: [{ extensions: { code: 'unauthenticated' } }] } }, `${name}, over GraphQL`)
    for (const [path, protocols] of [[live, []], ['/graphql', ['graphql-transport-ws']]] as const) {
      await t.rejects(openWebSocket(t, url, path, headers, [...protocols]), /refused with 401/, `${name}, on a WebSocket of ${path}`)
    }
    const socket = await connectSocket(t, url, { auth: { accessToken: token } }).then(() => null, (error: unknown) => error)
    t.match(socket, { data: { code: 'unauthenticated', status: 401 } }, `${name}, at the handshake`)
  }
  for (const authorization of ['Basic abc', 'Bearer', `Bearer ${host.accessToken} x`, host.accessToken]) {
    const answered = await request(url, 'GET', '/api/v1/me', { headers: { authorization } })
    expectProblem(t, answered, 'unauthenticated', `Authorization: ${authorization.slice(0, 12)}`)
  }
  expectProblem(t, await request(url, 'GET', '/api/v1/me'), 'unauthenticated', 'none at all')
})

t.test('[V8] voter tokens that this server did not sign for this voter are 401', async (t) => {
  const poll = await host.openPoll()
  const { voterId, voterToken } = await createVoter(url)
  const { voterId: victim } = await createVoter(url)
  const now = Math.floor(Date.now() / 1000)
  const forge = (value: string, key = testSecretKey) => `${value}.${createHmac('sha256', key).update(value).digest('base64').replace(/=+$/, '')}`
  const [, , expiry = '', signature = ''] = voterToken.split('.')
  const vote = async (token: string) => await voteOverHttp(url, token, poll.id, { choices: [1] })

  t.equal((await vote(forge(`voter.${voterId}.${now + 60}`))).status, 200, 'the forger knows how to make a good one')
  const bad = {
    'another voter': `voter.${victim}.${expiry}.${signature}`,
    'a later expiry': `voter.${voterId}.${Number(expiry) + 1}.${signature}`,
    'another key': forge(`voter.${victim}.${now + 60}`, 'another key that is long enough 0123'),
    expired: forge(`voter.${victim}.${now - 1}`),
    'no expiry': forge(`voter.${victim}`),
    'an expiry that is no number': forge(`voter.${victim}.never`),
    'an id that is none': forge(`voter.admin.${now + 60}`),
    'no signature': `voter.${victim}.${expiry}.`,
    'a cut signature': voterToken.slice(0, -1),
    'nothing but the prefix': 'voter.',
    '8 kB': `voter.${'x'.repeat(8192)}`
  }
  for (const [name, token] of Object.entries(bad)) expectProblem(t, await vote(token), 'unauthenticated', name)
  t.hasStrict((await host.results(poll.id)).body, { voters: 1 })
})

t.test('a voter token on a host\'s route is 403, and so is a host\'s token where voters vote', async (t) => {
  const poll = await host.openPoll()
  const { voterToken } = await createVoter(url)
  const asVoter = async (method: string, path: string, body?: unknown) => await request(url, method, `/api/v1${path}`, { token: voterToken, body })
  expectProblem(t, await asVoter('GET', '/me'), 'forbidden', 'GET /me')
  expectProblem(t, await asVoter('GET', '/polls'), 'forbidden', 'GET /polls')
  expectProblem(t, await asVoter('GET', `/rooms/${poll.roomId}`), 'forbidden', 'GET a room')
  expectProblem(t, await asVoter('POST', `/polls/${poll.id}/close`), 'forbidden', 'POST close')
  expectProblem(t, await asVoter('POST', `/polls/${poll.id}/reveal`, { revealed: true }), 'forbidden', 'POST reveal')
  expectProblem(t, await asVoter('PUT', `/rooms/${poll.roomId}/stage`, { pollId: null }), 'forbidden', 'PUT stage')
  expectProblem(t, await voteOverHttp(url, host.accessToken, poll.id, { choices: [1] }), 'forbidden', 'a host votes')
  t.equal((await host.results(poll.id)).body.voters, 0)
})

t.test('a new voter gets a token and the same identity as a cookie that scripts cannot read', async (t) => {
  const created = await request<VoterIdentity>(url, 'POST', '/api/v1/voters')
  t.equal(created.status, 201)
  t.equal(created.headers.get('cache-control'), 'private, no-store')
  const cookie = created.headers.get('set-cookie') ?? ''
  t.match(cookie, /^voter=[^;]+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/, '180 days')
  t.equal(decodeURIComponent(/^voter=([^;]+)/.exec(cookie)?.[1] ?? ''), created.body.voterToken)
  t.ok(created.body.voterToken.includes(created.body.voterId))

  const poll = await host.openPoll()
  const byCookie = await request(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, {
    body: { answer: { choices: [1] } }, headers: { cookie: `voter=${created.body.voterToken}` }
  })
  t.hasStrict(byCookie.body, { status: 'recorded' })
  const byToken = await voteOverHttp(url, created.body.voterToken, poll.id, { choices: [1] })
  t.hasStrict(byToken.body, { status: 'unchanged' }, 'one voter, one vote')
  const stale = await request(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, { body: { answer: { choices: [1] } }, headers: { cookie: 'voter=stale' } })
  expectProblem(t, stale, 'unauthenticated', 'a cookie that is no good counts as none')
})

t.test('after a rotation of keys the old tokens stay good, and a closed server registers nobody', async (t) => {
  const poll = await host.openPoll()
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  const newKey = 'the next key for tests 0123456789abcdef'
  const rotated = await startServer(t, { DATABASE_URL: databaseUrl, SECRET_KEY: `${newKey},${testSecretKey}`, REGISTRATION: 'closed' })

  t.equal((await request(rotated.url, 'GET', '/api/v1/me', { token: host.accessToken })).status, 200, 'an old access token')
  const retry = await voteOverHttp(rotated.url, voterToken, poll.id, { choices: [1] })
  t.hasStrict(retry.body, { status: 'unchanged' }, 'an old voter is the same voter')
  const young = await createVoter(rotated.url)
  expectProblem(t, await voteOverHttp(url, young.voterToken, poll.id, { choices: [1] }), 'unauthenticated', 'the first key signs')
  expectProblem(t, await request(rotated.url, 'POST', '/api/v1/auth/register', {
    body: { email: 'late@example.org', password: 'a long password', name: 'Late' }
  }), 'forbidden', 'registration is closed')
})

t.test('on a closed server the first user may still register', async (t) => {
  const closed = await startServer(t, { REGISTRATION: 'closed' })
  const owner = await registerHost(closed.url)
  t.equal(owner.user.role, 'admin')
  const second = await request(closed.url, 'POST', '/api/v1/auth/register', { body: { ...host.credentials } })
  expectProblem(t, second, 'forbidden')
})

function withoutName ({ email, password }: { email: string, password: string }) {
  return { email, password }
}

async function signIn (): Promise<Tokens> {
  return (await post<Tokens>('/auth/login', withoutName(host.credentials))).body
}

function sessionIdOf (accessToken: string): string {
  const claims: { sid: string } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
  return claims.sid
}
