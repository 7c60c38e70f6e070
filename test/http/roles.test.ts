// Who may do what: every route and socket event against every kind of caller, and what ends when a right is taken away.
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import type { ApiScope, CreatedApiKey } from '../../server/protocol/identity.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import type { Invitation, MemberRole, PresenterLink, Room } from '../../server/protocol/room.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, type Host } from '../helpers/clients.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const admin = await registerHost(url)
const [owner, editor, moderator, viewer, stranger] = [await registerHost(url), await registerHost(url), await registerHost(url), await registerHost(url), await registerHost(url)]
const { body: room } = await owner.call<Room>('POST', '/rooms', { title: 'Town hall' })

async function admit (member: Host, role: MemberRole, into: string = room.id): Promise<void> {
  await owner.call('POST', `/rooms/${into}/invitations`, { email: member.credentials.email.toUpperCase(), role })
  const { body: { items } } = await member.call<{ items: Invitation[] }>('GET', '/me/invitations')
  const invitation = items.find(({ roomId }) => roomId === into)
  await member.call('POST', `/me/invitations/${invitation?.id ?? ''}/accept`)
}
for (const [member, role] of [[editor, 'editor'], [moderator, 'moderator'], [viewer, 'viewer']] as const) await admit(member, role)

const createKey = async (scopes: ApiScope[]) => (await owner.call<CreatedApiKey>('POST', '/api-keys', { name: 'a program', scopes })).body
const keys = Object.fromEntries(await Promise.all((['polls:read', 'polls:write', 'results:read', 'votes:write'] as const).map(async (scope) => [scope, (await createKey([scope])).key])))
const { body: { token: presenterToken } } = await owner.call<PresenterLink>('POST', `/rooms/${room.id}/presenter-link`)

const tokens: Record<string, string | undefined> = {
  nobody: undefined,
  voter: (await createVoter(url)).voterToken,
  presenter: presenterToken,
  stranger: stranger.accessToken,
  admin: admin.accessToken,
  viewer: viewer.accessToken,
  moderator: moderator.accessToken,
  editor: editor.accessToken,
  owner: owner.accessToken,
  ...Object.fromEntries(Object.entries(keys).map(([scope, key]) => [`key ${scope}`, key]))
}

/** What a route asks for: a permission in the room, an account of any kind, an admin, a voter, or nothing. */
type Need = 'see' | 'run' | 'edit' | 'own' | 'person' | 'admin' | 'voter' | 'public'

interface Row {
  /** As OpenAPI has it. */
  route: string
  need: Need
  /** What a program's key needs; undefined: no key may. */
  scope?: ApiScope
  ok: number
  /** What the others are told instead of forbidden; 404 unless the route does not name anything of the room. */
  unseen?: number
  body?: unknown
  headers?: Record<string, string>
  /** Makes what is acted on, and returns the path. */
  path: () => Promise<string> | string
}

const newPoll = { kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }] }
const draft = async () => (await owner.createPoll({ roomId: room.id })).id
const open = async () => (await owner.openPoll({ roomId: room.id, revote: 'withdraw' })).id
const hidden = async () => (await owner.openPoll({ roomId: room.id, resultsVisibility: 'hosts' })).id
const anyHost = { need: 'person', unseen: 200 } as const
const invite = async () => (await owner.call<Invitation>('POST', `/rooms/${room.id}/invitations`, { email: `${randomUUID()}@example.org`, role: 'viewer' })).body.id
/** One is enough where only one kind of caller succeeds. */
const once = (make: () => Promise<string>) => {
  let made: Promise<string> | undefined
  return async () => await (made ??= make())
}
const member = once(async () => {
  const someone = await registerHost(url)
  await admit(someone, 'viewer')
  return someone.user.id
})
const otherRoom = async () => {
  const { body: { id } } = await owner.call<Room>('POST', '/rooms', { title: 'Another' })
  for (const [one, role] of [[editor, 'editor'], [moderator, 'moderator'], [viewer, 'viewer']] as const) await admit(one, role, id)
  return id
}
const accessCode = once(async () => (await owner.call<{ items: { id: string }[] }>('POST', `/rooms/${room.id}/access-codes`, { count: 1 })).body.items[0]?.id ?? '')
const roomToPresent = once(otherRoom)
const createHook = once(async () => (await owner.call<{ id: string }>('POST', `/rooms/${room.id}/webhooks`, { url: 'https://example.org/hook', events: ['poll.opened'] })).body.id)
const hook = once(async () => (await owner.call<{ id: string }>('POST', `/rooms/${room.id}/webhooks`, { url: 'https://example.org/hook', events: ['poll.closed'] })).body.id)

const rows: Row[] = [
  { route: 'GET /rooms', ...anyHost, scope: 'polls:read', ok: 200, path: () => '/rooms' },
  { route: 'POST /rooms', ...anyHost, scope: 'polls:write', ok: 201, body: { title: 'Room' }, path: () => '/rooms' },
  { route: 'GET /rooms/{roomId}', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}` },
  { route: 'PATCH /rooms/{roomId}', need: 'edit', scope: 'polls:write', ok: 200, body: { title: 'Town hall' }, path: () => `/rooms/${room.id}` },
  { route: 'PUT /rooms/{roomId}/stage', need: 'run', scope: 'polls:write', ok: 200, body: { pollId: null }, path: () => `/rooms/${room.id}/stage` },
  { route: 'GET /rooms/{roomId}/members', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}/members` },
  { route: 'PATCH /rooms/{roomId}/members/{userId}', need: 'own', ok: 200, body: { role: 'viewer' }, path: () => `/rooms/${room.id}/members/${viewer.user.id}` },
  { route: 'DELETE /rooms/{roomId}/members/{userId}', need: 'own', ok: 204, path: async () => `/rooms/${room.id}/members/${await member()}` },
  { route: 'POST /rooms/{roomId}/invitations', need: 'own', ok: 201, body: { email: 'ada@example.org', role: 'viewer' }, path: () => `/rooms/${room.id}/invitations` },
  { route: 'GET /rooms/{roomId}/invitations', need: 'own', ok: 200, path: () => `/rooms/${room.id}/invitations` },
  { route: 'DELETE /rooms/{roomId}/invitations/{invitationId}', need: 'own', ok: 204, path: async () => `/rooms/${room.id}/invitations/${await invite()}` },
  { route: 'GET /me/invitations', ...anyHost, ok: 200, path: () => '/me/invitations' },
  // Nobody here is invited once more: whoever is signed in is told that there is no such invitation.
  { route: 'POST /me/invitations/{invitationId}/accept', need: 'person', ok: 404, unseen: 404, path: async () => `/me/invitations/${await invite()}/accept` },
  { route: 'DELETE /me/invitations/{invitationId}', need: 'person', ok: 404, unseen: 404, path: async () => `/me/invitations/${await invite()}` },
  { route: 'DELETE /rooms/{roomId}', need: 'own', scope: 'polls:write', ok: 204, path: async () => `/rooms/${await otherRoom()}` },
  { route: 'POST /rooms/{roomId}/presenter-link', need: 'edit', ok: 201, path: async () => `/rooms/${await roomToPresent()}/presenter-link` },
  { route: 'DELETE /rooms/{roomId}/presenter-link', need: 'edit', ok: 204, path: async () => `/rooms/${await roomToPresent()}/presenter-link` },
  { route: 'POST /rooms/{roomId}/access-codes', need: 'edit', scope: 'polls:write', ok: 201, body: { count: 2 }, path: () => `/rooms/${room.id}/access-codes` },
  { route: 'GET /rooms/{roomId}/access-codes', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}/access-codes` },
  { route: 'DELETE /rooms/{roomId}/access-codes/{accessCodeId}', need: 'edit', scope: 'polls:write', ok: 204, path: async () => `/rooms/${room.id}/access-codes/${await accessCode()}` },
  // There is no such code, which is told to whoever tries it.
  { route: 'POST /join/{code}/redeem', need: 'public', ok: 403, body: { accessCode: 'BCDF-GHJK-MNPQ' }, path: () => `/join/${room.code}/redeem` },
  { route: 'GET /join/{code}', need: 'public', ok: 200, path: () => `/join/${room.code}` },
  { route: 'GET /polls', ...anyHost, scope: 'polls:read', ok: 200, path: () => `/polls?roomId=${room.id}` },
  { route: 'POST /polls', need: 'edit', scope: 'polls:write', ok: 201, body: { ...newPoll, roomId: room.id }, path: () => '/polls' },
  { route: 'GET /polls/{pollId}', need: 'see', scope: 'polls:read', ok: 200, path: async () => `/polls/${await draft()}` },
  { route: 'PATCH /polls/{pollId}', need: 'edit', scope: 'polls:write', ok: 200, body: { question: 'Now?' }, headers: { 'if-match': '*' }, path: async () => `/polls/${await draft()}` },
  { route: 'DELETE /polls/{pollId}', need: 'edit', scope: 'polls:write', ok: 204, headers: { 'if-match': '*' }, path: async () => `/polls/${await draft()}` },
  { route: 'POST /polls/{pollId}/open', need: 'run', scope: 'polls:write', ok: 200, path: async () => `/polls/${await draft()}/open` },
  ...['pause', 'close', 'reset'].map((command): Row => ({ route: `POST /polls/{pollId}/${command}`, need: 'run', scope: 'polls:write', ok: 200, path: async () => `/polls/${await open()}/${command}` })),
  { route: 'POST /polls/{pollId}/archive', need: 'edit', scope: 'polls:write', ok: 200, path: async () => `/polls/${await draft()}/archive` },
  { route: 'POST /polls/{pollId}/reveal', need: 'run', scope: 'polls:write', ok: 200, body: { revealed: true }, path: async () => `/polls/${await hidden()}/reveal` },
  // The poll itself is no secret here, its results are: who may not see them is told so.
  { route: 'GET /polls/{pollId}/results', need: 'see', scope: 'results:read', ok: 200, unseen: 403, path: async () => `/polls/${await hidden()}/results` },
  { route: 'GET /polls/{pollId}/export', need: 'see', scope: 'results:read', ok: 200, path: async () => `/polls/${await hidden()}/export` },
  { route: 'PUT /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 200, body: { answer: { choices: [1] } }, path: async () => `/polls/${await open()}/vote` },
  { route: 'GET /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 200, path: async () => `/polls/${await open()}/vote` },
  { route: 'DELETE /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 404, path: async () => `/polls/${await open()}/vote` },
  // Whoever may listen is refused here for want of an Accept header.
  { route: 'GET /polls/{pollId}/live', need: 'public', scope: 'results:read', ok: 406, path: async () => `/polls/${await open()}/live` },
  { route: 'POST /voters', need: 'public', ok: 201, path: () => '/voters' },
  { route: 'POST /auth/register', need: 'public', ok: 400, body: {}, path: () => '/auth/register' },
  { route: 'POST /auth/login', need: 'public', ok: 400, body: {}, path: () => '/auth/login' },
  { route: 'POST /auth/refresh', need: 'public', ok: 400, body: {}, path: () => '/auth/refresh' },
  { route: 'GET /me', ...anyHost, ok: 200, path: () => '/me' },
  { route: 'PUT /me/password', need: 'person', ok: 403, unseen: 403, body: { currentPassword: 'not the password', newPassword: 'another password' }, path: () => '/me/password' },
  { route: 'POST /api-keys', ...anyHost, ok: 201, unseen: 201, body: { name: 'a program', scopes: ['polls:read'] }, path: () => '/api-keys' },
  { route: 'GET /api-keys', ...anyHost, ok: 200, path: () => '/api-keys' },
  { route: 'DELETE /api-keys/{keyId}', need: 'person', ok: 404, unseen: 404, path: () => `/api-keys/${randomUUID()}` },
  { route: 'POST /rooms/{roomId}/webhooks', need: 'own', ok: 201, body: { url: 'https://example.org/hook', events: ['poll.opened'] }, path: async () => `/rooms/${await roomToPresent()}/webhooks` },
  { route: 'GET /rooms/{roomId}/webhooks', need: 'own', ok: 200, path: () => `/rooms/${room.id}/webhooks` },
  { route: 'GET /webhooks/{webhookId}', need: 'own', ok: 200, path: async () => `/webhooks/${await hook()}` },
  { route: 'GET /webhooks/{webhookId}/deliveries', need: 'own', ok: 200, path: async () => `/webhooks/${await hook()}/deliveries` },
  // There is no such delivery: who may replay is told so.
  { route: 'POST /webhooks/{webhookId}/deliveries/{deliveryId}/replay', need: 'own', ok: 404, path: async () => `/webhooks/${await hook()}/deliveries/${randomUUID()}/replay` },
  { route: 'DELETE /webhooks/{webhookId}', need: 'own', ok: 204, path: async () => `/webhooks/${await createHook()}` },
  { route: 'GET /admin/jobs', need: 'admin', ok: 200, path: () => '/admin/jobs' },
  { route: 'GET /admin/users', need: 'admin', ok: 200, path: () => '/admin/users' },
  { route: 'PATCH /admin/users/{userId}', need: 'admin', ok: 404, body: { disabled: true }, path: () => `/admin/users/${randomUUID()}` }
]

/** These end the caller's own session or account and have tests of their own. */
const elsewhere = ['POST /auth/logout', 'DELETE /me', 'DELETE /me/sessions']

const permissions: Record<string, Need[]> = { viewer: ['see'], moderator: ['see', 'run'], editor: ['see', 'run', 'edit'], owner: ['see', 'run', 'edit', 'own'] }

function expectedStatus (row: Row, caller: string): number {
  const { need, ok, unseen = 404 } = row
  if (caller.startsWith('key ') && (need !== 'public' || row.scope !== undefined)) return row.scope === caller.slice(4) ? ok : 403
  if (need === 'public') return ok
  if (need === 'voter') return caller === 'voter' ? ok : caller === 'nobody' ? 401 : 403
  const isHiddenResults = row.route.endsWith('/results')
  if (caller === 'presenter' && need === 'see' && (isHiddenResults || row.route === 'GET /polls/{pollId}')) return ok
  if (caller === 'nobody' || caller === 'voter' || caller === 'presenter') {
    if (isHiddenResults) return 403
    // A draft is nobody's business: it does not exist for those who are no hosts at all either.
    if (row.route === 'GET /polls/{pollId}') return 404
    return caller === 'nobody' ? 401 : 403
  }
  if (need === 'person') return ok
  if (need === 'admin') return caller === 'admin' ? ok : 403
  if (caller === 'stranger' || caller === 'admin') return unseen
  return permissions[caller]?.includes(need) === true ? ok : 403
}

t.test('every route answers every kind of caller as its rule says', async (t) => {
  const { body: { paths } } = await request<{ paths: Record<string, Record<string, unknown>> }>(url, 'GET', '/api/openapi.json')
  const documented = Object.entries(paths).filter(([path]) => path.startsWith('/api/v1/')).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice('/api/v1'.length)}`))
  t.same(rows.map(({ route }) => route).concat(elsewhere).sort(), documented.sort(), 'no route is without a rule')

  for (const row of rows) {
    t.test(row.route, async (t) => {
      for (const [caller, token] of Object.entries(tokens)) {
        const [method = ''] = row.route.split(' ')
        const { status, body } = await request<{ code?: string }>(url, method, `/api/v1${await row.path()}`, { token, body: row.body, headers: row.headers ?? {} })
        t.equal(status, expectedStatus(row, caller), `${caller}: ${JSON.stringify(body).slice(0, 200)}`)
      }
    })
  }
})

t.test('what belongs to somebody else answers like what does not exist', async (t) => {
  const [pollId, nothing] = [await draft(), randomUUID()]
  for (const [real, unreal] of [[`/polls/${pollId}`, `/polls/${nothing}`], [`/rooms/${room.id}`, `/rooms/${nothing}`], [`/rooms/${room.id}/members`, `/rooms/${nothing}/members`]] as const) {
    const [theirs, none] = [await stranger.call<Record<string, unknown>>('GET', real), await stranger.call<Record<string, unknown>>('GET', unreal)]
    t.same({ ...theirs.body, requestId: '' }, { ...none.body, requestId: '' }, real)
  }
})

t.test('[R6] over sockets only those who manage the room see drafts and hidden results', async (t) => {
  const [hiddenId, draftId] = [await hidden(), await draft()]
  for (const [caller, token] of Object.entries(tokens)) {
    if (caller.startsWith('key ') && caller !== 'key results:read') continue
    const auth = caller === 'nobody' ? {} : caller === 'voter' ? { voterToken: token ?? '' } : caller === 'presenter' ? { presenterToken: token ?? '' } : { accessToken: token ?? '' }
    const socket = await connectSocket(t, url, { auth })
    const isStaff = ['presenter', 'viewer', 'moderator', 'editor', 'owner', 'key results:read'].includes(caller)
    t.equal((await socket.joinPoll(hiddenId)).results !== null, isStaff, `${caller}: hidden results`)
    t.match(await socket.call('poll:join', { pollId: draftId }), isStaff ? { ok: true } : { ok: false, error: { code: 'poll_not_found' } }, `${caller}: a draft`)
    const joined = await socket.call('room:join', { code: room.code })
    t.equal(joined.ok && joined.data.polls.some(({ poll }) => poll.id === hiddenId), true, `${caller}: the room`)
    t.match(await socket.vote(hiddenId, 1), { ok: true, data: { status: 'recorded' } }, `${caller}: a vote`)
    socket.socket.disconnect()
  }
  for (const scope of ['polls:read', 'polls:write', 'votes:write']) {
    await t.rejects(connectSocket(t, url, { auth: { accessToken: keys[scope] ?? '' } }), /forbidden/, `a key with only ${scope}`)
  }
  await t.rejects(connectSocket(t, url, { auth: { presenterToken: 'presenter_short' } }), /unauthenticated/)
})

/** Watches hidden results as `auth`, takes the right away, and shows that nothing more arrives. */
async function showsNothingAfter (t: Test, auth: { accessToken?: string, presenterToken?: string }, take: () => Promise<unknown>): Promise<void> {
  const poll: Poll = await owner.openPoll({ roomId: room.id, resultsVisibility: 'hosts' })
  const [watcher, voter] = [await connectSocket(t, url, { auth }), await connectSocket(t, url)]
  t.match((await watcher.joinPoll(poll.id)).results, { voters: 0 })
  await voter.vote(poll.id, 1)
  await watcher.resultsWhere(({ voters }) => voters === 1)
  await take()
  await waitUntil(async () => (await watcher.joinPoll(poll.id)).results === null, 1000, () => 'still shown a second later')
  const before = watcher.frames.length
  await (await connectSocket(t, url)).vote(poll.id, 2)
  await watcher.joinPoll(poll.id)
  t.equal(watcher.frames.length, before)
}

t.test('[R6] a member who is removed, and one who leaves, sees nothing more', async (t) => {
  const [removed, leaving] = [await registerHost(url), await registerHost(url)]
  for (const one of [removed, leaving]) await admit(one, 'viewer')
  await showsNothingAfter(t, { accessToken: removed.accessToken }, async () => await owner.call('DELETE', `/rooms/${room.id}/members/${removed.user.id}`))
  await showsNothingAfter(t, { accessToken: leaving.accessToken }, async () => await leaving.call('DELETE', `/rooms/${room.id}/members/${leaving.user.id}`))
  t.equal((await removed.call('GET', `/rooms/${room.id}`)).status, 404)
})

t.test('[R6] a presenter link that is replaced or ended shows nothing more, and a new one does', async (t) => {
  const renew = async () => (await owner.call<PresenterLink>('POST', `/rooms/${room.id}/presenter-link`)).body
  const first = await renew()
  t.match(first.url, new RegExp(`^${url}/present/${room.code}#presenter_[\\w-]{22}$`))
  let second = first
  await showsNothingAfter(t, { presenterToken: first.token }, async () => { second = await renew() })
  await showsNothingAfter(t, { presenterToken: second.token }, async () => await owner.call('DELETE', `/rooms/${room.id}/presenter-link`))
})

t.test('[R6] an account that is locked, a key that is deleted, and a sign-out everywhere end what sockets see', async (t) => {
  const locked = await registerHost(url)
  await admit(locked, 'viewer')
  await showsNothingAfter(t, { accessToken: locked.accessToken }, async () => await admin.call('PATCH', `/admin/users/${locked.user.id}`, { disabled: true }))
  t.equal((await locked.call('GET', '/me')).status, 401)
  const { credentials: { email, password } } = locked
  t.match(await request(url, 'POST', '/api/v1/auth/login', { body: { email, password } }), { status: 403, body: { code: 'forbidden' } })
  await admin.call('PATCH', `/admin/users/${locked.user.id}`, { disabled: false })
  t.equal((await request(url, 'POST', '/api/v1/auth/login', { body: { email, password } })).status, 200)

  const key = await createKey(['results:read'])
  await showsNothingAfter(t, { accessToken: key.key }, async () => await owner.call('DELETE', `/api-keys/${key.id}`))
  t.equal((await request(url, 'GET', `/api/v1/polls/${await hidden()}/results`, { token: key.key })).status, 401)

  const leaving = await registerHost(url)
  await admit(leaving, 'viewer')
  await showsNothingAfter(t, { accessToken: leaving.accessToken }, async () => await leaving.call('DELETE', '/me/sessions'))
})
