// Who may do what: every route, GraphQL field and socket event against every kind of caller, and what ends when a right is taken away.
import { randomUUID } from 'node:crypto'
import { buildSchema, isObjectType } from 'graphql'
import t, { type Test } from 'tap'
import { typeDefinitions } from '../../server/graphql/schema.ts'
import { User, type ApiScope } from '../../server/protocol/identity.ts'
import { Poll, Receipt, Results } from '../../server/protocol/poll.ts'
import { JoinedRoom, Room, type PresenterLink } from '../../server/protocol/room.ts'
import { createCallers } from '../helpers/callers.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, registerHost, request } from '../helpers/clients.ts'
import { postGraphql, subscribeResults } from '../helpers/graphql.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const {
  admin, owner, stranger, viewer, room, admit, createKey, keys, tokens, draft, open, hidden, seen, voted, held, invite, member, otherRoom, accessCode, roomToPresent, createHook, hook, question, suggestion
} = await createCallers(url)

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
const anyHost = { need: 'person', unseen: 200 } as const

const rows: Row[] = [
  { route: 'GET /rooms', ...anyHost, scope: 'polls:read', ok: 200, path: () => '/rooms' },
  { route: 'POST /rooms', ...anyHost, scope: 'polls:write', ok: 201, body: { title: 'Room' }, path: () => '/rooms' },
  { route: 'GET /rooms/{roomId}', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}` },
  { route: 'PATCH /rooms/{roomId}', need: 'edit', scope: 'polls:write', ok: 200, body: { title: 'Town hall' }, path: () => `/rooms/${room.id}` },
  { route: 'PUT /rooms/{roomId}/stage', need: 'run', scope: 'polls:write', ok: 200, body: { pollId: null }, path: () => `/rooms/${room.id}/stage` },
  { route: 'GET /rooms/{roomId}/polls/order', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}/polls/order` },
  // This is not its poll, which is told to whoever may change the order.
  { route: 'PUT /rooms/{roomId}/polls/order', need: 'edit', scope: 'polls:write', ok: 409, body: { pollIds: [randomUUID()] }, path: () => `/rooms/${room.id}/polls/order` },
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
  { route: 'GET /polls/{pollId}', need: 'see', scope: 'polls:read', ok: 200, path: async () => `/polls/${await seen.draft()}` },
  { route: 'PATCH /polls/{pollId}', need: 'edit', scope: 'polls:write', ok: 200, body: { question: 'Now?' }, headers: { 'if-match': '*' }, path: async () => `/polls/${await draft()}` },
  { route: 'DELETE /polls/{pollId}', need: 'edit', scope: 'polls:write', ok: 204, headers: { 'if-match': '*' }, path: async () => `/polls/${await draft()}` },
  { route: 'POST /polls/{pollId}/open', need: 'run', scope: 'polls:write', ok: 200, path: async () => `/polls/${await draft()}/open` },
  ...['pause', 'close', 'reset'].map((command): Row => ({ route: `POST /polls/{pollId}/${command}`, need: 'run', scope: 'polls:write', ok: 200, path: async () => `/polls/${await open()}/${command}` })),
  { route: 'POST /polls/{pollId}/archive', need: 'edit', scope: 'polls:write', ok: 200, path: async () => `/polls/${await draft()}/archive` },
  { route: 'POST /polls/{pollId}/reveal', need: 'run', scope: 'polls:write', ok: 200, body: { revealed: true }, path: async () => `/polls/${await hidden()}/reveal` },
  // The poll itself is no secret here, its results are: who may not see them is told so.
  { route: 'GET /polls/{pollId}/results', need: 'see', scope: 'results:read', ok: 200, unseen: 403, path: async () => `/polls/${await seen.hidden()}/results` },
  ...['timeline', 'rounds'].map((what): Row => ({ route: `GET /polls/{pollId}/${what}`, need: 'see', scope: 'results:read', ok: 200, unseen: 403, path: async () => `/polls/${await seen.hidden()}/${what}` })),
  { route: 'GET /polls/{pollId}/export', need: 'see', scope: 'results:read', ok: 200, path: async () => `/polls/${await seen.hidden()}/export` },
  { route: 'PUT /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 200, body: { answer: { choices: [1] } }, path: async () => `/polls/${await open()}/vote` },
  { route: 'GET /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 200, path: async () => `/polls/${await seen.open()}/vote` },
  { route: 'DELETE /polls/{pollId}/vote', need: 'voter', scope: 'votes:write', ok: 404, path: async () => `/polls/${await open()}/vote` },
  // Whoever may listen is refused here for want of an Accept header.
  { route: 'GET /polls/{pollId}/live', need: 'public', scope: 'results:read', ok: 406, path: async () => `/polls/${await seen.open()}/live` },
  { route: 'GET /rooms/{roomId}/blocked-words', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}/blocked-words` },
  { route: 'PUT /rooms/{roomId}/blocked-words', need: 'run', scope: 'polls:write', ok: 200, body: { words: ['spam'] }, path: () => `/rooms/${room.id}/blocked-words` },
  { route: 'GET /rooms/{roomId}/bans', need: 'see', scope: 'polls:read', ok: 200, path: () => `/rooms/${room.id}/bans` },
  { route: 'PUT /rooms/{roomId}/bans/{voterId}', need: 'run', scope: 'polls:write', ok: 204, path: () => `/rooms/${room.id}/bans/${randomUUID()}` },
  { route: 'DELETE /rooms/{roomId}/bans/{voterId}', need: 'run', scope: 'polls:write', ok: 204, path: () => `/rooms/${room.id}/bans/${randomUUID()}` },
  { route: 'GET /polls/{pollId}/participation', need: 'see', scope: 'results:read', ok: 200, path: async () => `/polls/${await seen.hidden()}/participation` },
  { route: 'GET /polls/{pollId}/responses', need: 'public', scope: 'results:read', ok: 200, path: async () => `/polls/${await seen.written()}/responses` },
  // Nobody has written anything: who may review is told so.
  { route: 'PUT /polls/{pollId}/responses/{voterId}', need: 'run', scope: 'polls:write', ok: 404, body: { review: 'removed' }, path: async () => `/polls/${await seen.written()}/responses/${randomUUID()}` },
  // This poll takes no suggestions, which whoever may vote is told.
  { route: 'POST /polls/{pollId}/suggestions', need: 'voter', scope: 'votes:write', ok: 409, body: { text: 'Neither' }, path: async () => `/polls/${await seen.open()}/suggestions` },
  { route: 'GET /polls/{pollId}/suggestions', need: 'see', scope: 'results:read', ok: 200, path: async () => `/polls/${await seen.open()}/suggestions` },
  { route: 'PATCH /suggestions/{suggestionId}', need: 'run', scope: 'polls:write', ok: 200, body: { status: 'dismissed' }, path: async () => `/suggestions/${await suggestion()}` },
  { route: 'GET /rooms/{roomId}/questions', need: 'public', scope: 'results:read', ok: 200, path: () => `/rooms/${room.id}/questions` },
  { route: 'POST /rooms/{roomId}/questions', need: 'voter', scope: 'votes:write', ok: 201, body: { text: 'Why?' }, path: () => `/rooms/${room.id}/questions` },
  { route: 'GET /rooms/{roomId}/questions/export', need: 'see', scope: 'results:read', ok: 200, path: () => `/rooms/${room.id}/questions/export` },
  ...['PUT', 'DELETE'].map((method): Row => ({ route: `${method} /questions/{questionId}/vote`, need: 'voter', scope: 'votes:write', ok: 200, path: async () => `/questions/${await question()}/vote` })),
  { route: 'PATCH /questions/{questionId}', need: 'run', scope: 'polls:write', ok: 200, body: { isPinned: true }, path: async () => `/questions/${await question()}` },
  { route: 'POST /questions/{questionId}/merge', need: 'run', scope: 'polls:write', ok: 200, body: { into: await question() }, path: async () => `/questions/${await question()}/merge` },
  { route: 'POST /questions/{questionId}/unmerge', need: 'run', scope: 'polls:write', ok: 200, path: async () => `/questions/${await question()}/unmerge` },
  { route: 'DELETE /questions/{questionId}', need: 'run', scope: 'polls:write', ok: 204, path: async () => `/questions/${await question()}` },
  { route: 'GET /rooms/{roomId}/leaderboard', need: 'public', scope: 'results:read', ok: 200, path: () => `/rooms/${room.id}/leaderboard` },
  { route: 'PUT /rooms/{roomId}/name', need: 'voter', scope: 'votes:write', ok: 200, body: { name: 'Ada' }, path: () => `/rooms/${room.id}/name` },
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

/** Makes what is acted on once more only when somebody was let in: who is refused has to leave it as it was. */
function createTarget<T> (make: () => Promise<T> | T) {
  let made: Promise<T> | undefined
  return {
    get: async () => await (made ??= Promise.resolve(make())),
    note: (status: number) => { if (status < 300) made = undefined }
  }
}

/** These end the caller's own session or account and have tests of their own. */
const elsewhere = ['POST /auth/logout', 'DELETE /me', 'DELETE /me/sessions']

const permissions: Record<string, Need[]> = { viewer: ['see'], moderator: ['see', 'run'], editor: ['see', 'run', 'edit'], owner: ['see', 'run', 'edit', 'own'] }

function expectedStatus (row: Omit<Row, 'path'>, caller: string): number {
  const { need, ok, unseen = 404 } = row
  if (caller.startsWith('key ') && (need !== 'public' || row.scope !== undefined)) return caller.slice(4).split(' ').some((scope) => scope === row.scope) ? ok : 403
  if (need === 'public') return ok
  if (need === 'voter') return caller === 'voter' ? ok : caller === 'nobody' ? 401 : 403
  const isHiddenResults = ['GET /polls/{pollId}/results', 'GET /polls/{pollId}/timeline', 'GET /polls/{pollId}/rounds', 'Poll.results', 'Poll.timeline', 'Poll.rounds'].includes(row.route)
  const isDraft = ['GET /polls/{pollId}', 'Query.poll', 'Subscription.results'].includes(row.route)
  if (caller === 'presenter' && need === 'see' && (isHiddenResults || isDraft)) return ok
  if (caller === 'nobody' || caller === 'voter' || caller === 'presenter') {
    if (isHiddenResults) return 403
    // A draft is nobody's business: it does not exist for those who are no hosts at all either.
    if (isDraft) return 404
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
      const [method = ''] = row.route.split(' ')
      const path = createTarget(row.path)
      for (const [caller, token] of Object.entries(tokens)) {
        const { status, body } = await request<{ code?: string }>(url, method, `/api/v1${await path.get()}`, { token, body: row.body, headers: row.headers ?? {} })
        path.note(status)
        t.equal(status, expectedStatus(row, caller), `${caller}: ${JSON.stringify(body).slice(0, 200)}`)
      }
    })
  }
})

interface Field extends Omit<Row, 'path' | 'body' | 'headers'> {
  /** Makes what is acted on, and returns the operation; of a subscription only the poll. */
  ask: () => Promise<string> | string
  /** Whether the answer has what is asked for, where null is all that the others get; they count as `unseen`. */
  isSeen?: (data: Record<string, unknown>) => boolean
}

const newPollInput = 'kind: single, question: "Shall we?", options: [{ label: "Yes" }, { label: "No" }]'
const pollOf = (data: Record<string, unknown>) => Object(data.poll)
const fields: Field[] = [
  { route: 'Query.me', ...anyHost, ok: 200, ask: () => '{ me { id } }' },
  { route: 'Query.room', need: 'see', scope: 'polls:read', ok: 200, ask: () => `{ room(id: "${room.id}") { id } }` },
  { route: 'Query.roomByCode', need: 'public', ok: 200, ask: () => `{ roomByCode(code: "${room.code}") { id } }` },
  { route: 'Query.rooms', ...anyHost, scope: 'polls:read', ok: 200, ask: () => '{ rooms { items { id } } }' },
  { route: 'Query.poll', need: 'see', scope: 'polls:read', ok: 200, ask: async () => `{ poll(id: "${await seen.draft()}") { id } }` },
  { route: 'Query.polls', ...anyHost, scope: 'polls:read', ok: 200, ask: () => '{ polls { items { id } } }' },
  { route: 'Poll.results', need: 'see', scope: 'results:read', ok: 200, unseen: 403, isSeen: (data) => pollOf(data).results !== null, ask: async () => `{ poll(id: "${await seen.hidden()}") { results { voters } } }` },
  ...['timeline', 'rounds'].map((what): Field => ({
    route: `Poll.${what}`, need: 'see', scope: 'results:read', ok: 200, unseen: 403, isSeen: (data) => pollOf(data)[what] !== null, ask: async () => `{ poll(id: "${await seen.hidden()}") { ${what} { __typename } } }`
  })),
  { route: 'Room.role', need: 'see', scope: 'polls:read', ok: 200, ask: () => `{ room(id: "${room.id}") { role } }` },
  { route: 'Room.questions', need: 'see', scope: 'results:read', ok: 200, ask: () => `{ room(id: "${room.id}") { questions { nextCursor } } }` },
  { route: 'Poll.myVote', need: 'voter', scope: 'votes:write', ok: 200, isSeen: (data) => pollOf(data).myVote !== null, ask: async () => `{ poll(id: "${await voted()}") { myVote } }` },
  { route: 'Poll.held', need: 'voter', scope: 'votes:write', ok: 200, isSeen: (data) => pollOf(data).held === true, ask: async () => `{ poll(id: "${await held()}") { held } }` },
  { route: 'Mutation.createRoom', ...anyHost, scope: 'polls:write', ok: 200, ask: () => 'mutation { createRoom(input: { title: "Room" }) { id } }' },
  { route: 'Mutation.createPoll', need: 'edit', scope: 'polls:write', ok: 200, ask: () => `mutation { createPoll(input: { roomId: "${room.id}", ${newPollInput} }) { id } }` },
  { route: 'Mutation.openPoll', need: 'run', scope: 'polls:write', ok: 200, ask: async () => `mutation { openPoll(id: "${await draft()}") { id } }` },
  ...['pausePoll', 'closePoll', 'resetPoll'].map((command): Field => ({ route: `Mutation.${command}`, need: 'run', scope: 'polls:write', ok: 200, ask: async () => `mutation { ${command}(id: "${await open()}") { id } }` })),
  { route: 'Mutation.archivePoll', need: 'edit', scope: 'polls:write', ok: 200, ask: async () => `mutation { archivePoll(id: "${await draft()}") { id } }` },
  { route: 'Mutation.revealPoll', need: 'run', scope: 'polls:write', ok: 200, ask: async () => `mutation { revealPoll(id: "${await hidden()}", revealed: true) { id } }` },
  { route: 'Mutation.castVote', need: 'voter', scope: 'votes:write', ok: 200, ask: async () => `mutation { castVote(pollId: "${await open()}", answer: { choices: [1] }) { status } }` },
  { route: 'Mutation.withdrawVote', need: 'voter', scope: 'votes:write', ok: 404, ask: async () => `mutation { withdrawVote(pollId: "${await open()}") { status } }` },
  { route: 'Subscription.results', need: 'see', scope: 'results:read', ok: 200, ask: seen.draft }
]

async function statusOf ({ isSeen = () => true, ...row }: Field, query: string, token: string | undefined): Promise<number> {
  const { body: { data, errors } } = await postGraphql(url, query, token === undefined ? {} : { token })
  if (errors !== undefined) return errors[0]?.extensions.status ?? 500
  return isSeen(data ?? {}) ? row.ok : row.unseen ?? 404
}

/** 200 once results come. */
async function statusOfSubscription (t: Test, pollId: string, token: string | undefined): Promise<number> {
  const { completed, errors, frames } = await subscribeResults(t, url, pollId, token === undefined ? {} : { authorization: `Bearer ${token}` })
  let isEnded = false
  void completed.then(() => { isEnded = true })
  await waitUntil(async () => isEnded || frames.length > 0, 15_000, () => 'neither results nor a refusal')
  // A token that may not listen at all is refused with the connection, without an error of the field.
  return frames.length > 0 ? 200 : errors[0]?.extensions.status ?? 403
}

function expectedOfField (field: Field, caller: string): number {
  // Asked for inside of a poll or a room, which a key may read or not.
  const [type = ''] = field.route.split('.')
  if (caller.startsWith('key ') && ['Poll', 'Room'].includes(type) && !caller.includes('polls:read')) return 403
  // Nothing is refused here to people: whoever has not voted has no vote.
  if (['Poll.myVote', 'Poll.held'].includes(field.route) && !(caller.startsWith('key ') && !caller.includes('votes:write'))) return caller === 'voter' ? 200 : 404
  return expectedStatus(field, caller)
}

t.test('every GraphQL field answers every kind of caller as its rule says', async (t) => {
  const schema = buildSchema(typeDefinitions)
  const fieldsOf = (type: string) => {
    const found = schema.getType(type)
    return isObjectType(found) ? Object.keys(found.getFields()) : []
  }
  // What is not in the body that REST has may depend on who looks.
  const ofTheirOwn = Object.entries({ Poll, Results, Receipt, Room, JoinedRoom, User }).flatMap(([type, { properties }]) => fieldsOf(type).filter((field) => !(field in properties)).map((field) => `${type}.${field}`))
  const defined = ['Query', 'Mutation', 'Subscription'].flatMap((type) => fieldsOf(type).map((field) => `${type}.${field}`))
  t.same(fields.map(({ route }) => route).sort(), [...defined, ...ofTheirOwn].sort(), 'no field is without a rule')

  const pairs = await Promise.all((['polls:write', 'results:read', 'votes:write'] as const).map(async (scope) => [`key polls:read ${scope}`, (await createKey(['polls:read', scope])).key] as const))
  for (const field of fields) {
    t.test(field.route, async (t) => {
      const isSubscription = field.route.startsWith('Subscription.')
      const operation = createTarget(field.ask)
      for (const [caller, token] of [...Object.entries(tokens), ...pairs]) {
        const status = isSubscription ? await statusOfSubscription(t, await operation.get(), token) : await statusOf(field, await operation.get(), token)
        operation.note(status)
        t.equal(status, expectedOfField(field, caller), caller)
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
    // A key votes only where it may.
    t.match(await socket.vote(hiddenId, 1), caller.startsWith('key ') ? { ok: false } : { ok: true, data: { status: 'recorded' } }, `${caller}: a vote`)
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
  await waitUntil(async () => (await watcher.joinPoll(poll.id)).results === null, 15_000, () => 'still shown')
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
