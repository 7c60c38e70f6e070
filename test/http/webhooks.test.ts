import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { openDatabase, type Db } from '../../db/client.ts'
import { takeDueDeliveries } from '../../db/delivery-queue.ts'
import { enqueueResults, listForgottenResults } from '../../db/webhook-results.ts'
import { startCleanUp } from '../../server/jobs/clean-up.ts'
import type { NewPoll } from '../../server/protocol/poll.ts'
import type { CreatedWebhook, Delivery, Webhook, WebhookEvent } from '../../server/protocol/webhook.ts'
import { describeResults } from '../../server/webhooks/poll-events.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { createVoter, expectProblem, registerHost, request, voteOverHttp, type Host } from '../helpers/clients.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { spawnServer, startServer } from '../helpers/server.ts'
import { startReceiver, verify, type ReceivedMessage } from '../helpers/webhook-receiver.ts'

interface Page<T> { items: T[], nextCursor: string | null }

const environment = { DATABASE_URL: await createTestDatabase(t), WEBHOOKS_ALLOW_PRIVATE: 'on' }
// Eight attempts like the usual ones, but within a second.
const tuning = { webhooks: { retryDelaysMs: [20, 20, 40, 40, 60, 60, 80] } }
const a = await startServer(t, environment, tuning)
const b = await startServer(t, environment, tuning)
const host = await registerHost(a.url)
const sql = connectDatabase(t, environment.DATABASE_URL)

const lifecycle: WebhookEvent[] = ['poll.opened', 'poll.closed']
const allEvents: WebhookEvent[] = [...lifecycle, 'poll.results']

async function createRoom (owner: Host = host): Promise<string> {
  return (await owner.call<{ id: string }>('POST', '/rooms', { title: 'A room' })).body.id
}

/** A draft in a room whose events go to the receiver. */
async function prepare (receiver: { url: string }, { events = lifecycle, owner = host, ...poll }: { events?: WebhookEvent[], owner?: Host } & Partial<NewPoll> = {}) {
  const roomId = await createRoom(owner)
  const { body: webhook } = await owner.call<CreatedWebhook>('POST', `/rooms/${roomId}/webhooks`, { url: receiver.url, events })
  return { roomId, webhook, poll: await owner.createPoll({ roomId, ...poll }) }
}

async function listDeliveries ({ id }: Webhook, query = ''): Promise<Delivery[]> {
  return (await host.call<Page<Delivery>>('GET', `/webhooks/${id}/deliveries${query}`)).body.items
}

/** Waits until the deliveries of a webhook, newest first, fit. */
async function deliveriesWhere (webhook: Webhook, fits: (deliveries: Delivery[]) => boolean): Promise<Delivery[]> {
  let found: Delivery[] = []
  await waitUntil(async () => fits(found = await listDeliveries(webhook)), 10_000, () => `the deliveries are ${JSON.stringify(found)}`)
  return found
}

async function vote (pollId: string, url: string, choice = 1): Promise<void> {
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, pollId, { choices: [choice] })
}

const typesOf = (messages: ReceivedMessage[]) => messages.map(({ event }) => event.type)

/** The database as an instance has it. */
async function openInstance (t: Test): Promise<Db> {
  const database = await openDatabase({ url: environment.DATABASE_URL, dataDir: '', poolSize: 1, onError: (error) => { throw error } })
  t.teardown(async () => { await database.close() })
  return database.db
}

t.test('a host makes, lists, reads and deletes the webhooks of a room, and sees the secret once', async (t) => {
  const roomId = await createRoom()
  const created = await host.call<CreatedWebhook>('POST', `/rooms/${roomId}/webhooks`, { url: 'https://example.org/hook', events: allEvents })
  t.equal(created.status, 201)
  const { secret, ...webhook } = created.body
  t.match(secret, /^whsec_[A-Za-z0-9+/]{32}$/)
  t.match(webhook, { roomId, url: 'https://example.org/hook', events: allEvents, disabledAt: null })
  t.equal(created.headers.get('location'), `/api/v1/webhooks/${webhook.id}`)
  t.equal(created.headers.get('cache-control'), 'private, no-store')
  t.same((await host.call('GET', `/webhooks/${webhook.id}`)).body, webhook)

  for (let at = 1; at < 10; at++) {
    t.equal((await host.call('POST', `/rooms/${roomId}/webhooks`, { url: `https://example.org/${at}`, events: ['poll.opened'] })).status, 201)
  }
  expectProblem(t, await host.call('POST', `/rooms/${roomId}/webhooks`, { url: 'https://example.org/10', events: ['poll.opened'] }), 'conflict', 'an eleventh')
  const { body: first } = await host.call<Page<Webhook>>('GET', `/rooms/${roomId}/webhooks?limit=9`)
  t.same(first.items.map(({ url }) => url), [9, 8, 7, 6, 5, 4, 3, 2, 1].map((at) => `https://example.org/${at}`))
  t.notOk(first.items.some((item) => 'secret' in item))
  t.same((await host.call<Page<Webhook>>('GET', `/rooms/${roomId}/webhooks?cursor=${first.nextCursor}`)).body, { items: [webhook], nextCursor: null })

  t.equal((await host.call('DELETE', `/webhooks/${webhook.id}`)).status, 204)
  expectProblem(t, await host.call('GET', `/webhooks/${webhook.id}`), 'not_found')
  t.equal((await host.call('POST', `/rooms/${roomId}/webhooks`, { url: 'https://example.org/10', events: ['poll.opened'] })).status, 201, 'there is a place again')
})

t.test('bad webhooks are refused, and those of others do not exist', async (t) => {
  const roomId = await createRoom()
  const create = async (body: object) => await host.call('POST', `/rooms/${roomId}/webhooks`, body)
  for (const change of [
    { url: undefined }, { url: 7 }, { url: 'example.org' }, { url: 'ftp://example.org' }, { url: 'https://' }, { url: `https://example.org/${'x'.repeat(2000)}` },
    { url: 'https://me:secret@example.org/' }, { url: 'https://example.org/\u0000' }, { events: undefined }, { events: [] }, { events: ['poll.removed'] },
    { events: ['poll.opened', 'poll.opened'] }, { secret: 'mine' }, { id: 'x' }
  ]) expectProblem(t, await create({ url: 'https://example.org/', events: ['poll.opened'], ...change }), 'validation_failed', JSON.stringify(change).slice(0, 60))
  const receiver = await startReceiver(t)
  const { webhook, poll } = await prepare(receiver)
  await host.command(poll.id, 'open')
  const [delivery] = await deliveriesWhere(webhook, ([newest]) => newest?.status === 'delivered')
  const stranger = await registerHost(b.url)
  for (const [method, path, code] of [
    ['POST', `/rooms/${webhook.roomId}/webhooks`, 'room_not_found'], ['GET', `/rooms/${webhook.roomId}/webhooks`, 'room_not_found'],
    ['GET', `/webhooks/${webhook.id}`, 'not_found'], ['DELETE', `/webhooks/${webhook.id}`, 'not_found'],
    ['GET', `/webhooks/${webhook.id}/deliveries`, 'not_found'], ['POST', `/webhooks/${webhook.id}/deliveries/${delivery?.id}/replay`, 'not_found']
  ] as const) {
    const body = method === 'POST' && path.endsWith('webhooks') ? { url: receiver.url, events: lifecycle } : undefined
    expectProblem(t, await stranger.call(method, path, body), code, `${method} ${path} by another host`)
    expectProblem(t, await request(a.url, method, `/api/v1${path}`, { body }), 'unauthenticated', `${method} ${path} by nobody`)
    const { voterToken } = await createVoter(a.url)
    expectProblem(t, await request(a.url, method, `/api/v1${path}`, { body, token: voterToken }), 'forbidden', `${method} ${path} by a voter`)
  }
  for (const path of ['/webhooks/x', '/webhooks/01890000-0000-7000-8000-000000000000', `/webhooks/${webhook.id}/deliveries/x`]) {
    expectProblem(t, await host.call('GET', path), 'not_found', path)
  }
  expectProblem(t, await host.call('GET', `/webhooks/${webhook.id}/deliveries?status=lost`), 'validation_failed')
  expectProblem(t, await host.call('POST', `/webhooks/${webhook.id}/deliveries/01890000-0000-7000-8000-000000000000/replay`), 'not_found')
})

t.test('a receiver that fails at first gets each event once, in order, signed, with what happened', async (t) => {
  let failures = 3
  const receiver = await startReceiver(t, () => failures-- > 0 ? 500 : 204)
  const { webhook, poll } = await prepare(receiver, { resultsVisibility: 'hosts' })
  await host.command(poll.id, 'open')
  await vote(poll.id, a.url)
  const { body: closed } = await host.command(poll.id, 'close')
  await host.command(poll.id, 'open')
  await host.command(poll.id, 'pause')
  await host.command(poll.id, 'open')
  await receiver.until((taken) => taken.length === 4)

  t.same(typesOf(receiver.messages), ['poll.opened', 'poll.opened', 'poll.opened', 'poll.opened', 'poll.closed', 'poll.opened', 'poll.opened'])
  t.equal(new Set(receiver.messages.slice(0, 4).map(({ id }) => id)).size, 1, 'each attempt has the same id')
  t.equal(new Set(receiver.messages.map(({ id }) => id)).size, 4)
  for (const message of receiver.messages) t.same(verify(webhook.secret, message), message.event)
  const [opened, close] = receiver.taken()
  t.match(opened?.event, { data: { poll: { id: poll.id, status: 'open', revision: 2 } } })
  t.notOk(opened && 'results' in opened.event.data)
  t.match(close?.event, { timestamp: closed.updatedAt, data: { poll: closed, results: { final: true, voters: 1, counts: { 1: 1, 2: 0 } } } }, 'with the final results, hidden or not')

  const deliveries = await deliveriesWhere(webhook, (found) => found.every(({ status }) => status === 'delivered'))
  t.match(deliveries, [{ event: 'poll.opened' }, { event: 'poll.opened' }, { event: 'poll.closed', attempts: 1 }, { event: 'poll.opened', attempts: 4 }])
  t.match(deliveries.at(-1), { id: opened?.id, pollId: poll.id, responseStatus: 204, error: null, nextAttemptAt: null, deliveredAt: /Z$/ })
  const { body: page } = await host.call<Page<Delivery>>('GET', `/webhooks/${webhook.id}/deliveries?limit=3&status=delivered`)
  t.same(page.items, deliveries.slice(0, 3))
  t.same(await listDeliveries(webhook, `?limit=3&cursor=${page.nextCursor}`), deliveries.slice(3))
  t.same(await listDeliveries(webhook, '?status=failed'), [])
})

t.test('results come once a second at the most, always the last ones, and nothing overtakes anything', async (t) => {
  const receiver = await startReceiver(t)
  const { webhook, poll } = await prepare(receiver, { events: allEvents, resultsVisibility: 'after_close' })
  await host.command(poll.id, 'open')
  const results = () => receiver.messages.filter(({ event }) => event.type === 'poll.results')
  let voters = 0
  await waitUntil(async () => {
    await vote(poll.id, voters++ % 2 === 0 ? a.url : b.url)
    return results().length >= 4
  }, 30_000, () => `${voters} votes brought ${results().length} messages with results`)
  await receiver.until((taken) => taken.at(-1)?.event.data.results?.voters === voters)
  await host.command(poll.id, 'close')
  await receiver.until((taken) => taken.at(-1)?.event.data.results?.final === true && taken.at(-1)?.event.type === 'poll.results')

  const gaps = results().slice(1).map(({ at }, index) => at - (results()[index]?.at ?? 0))
  t.ok(gaps.every((gap) => gap > 950), `gaps in ms: ${gaps.map(Math.round).join(', ')}`)
  const versions = receiver.messages.map(({ event }) => event.data.results?.version ?? 0)
  t.same(versions.slice(1), versions.slice(1).toSorted((x, y) => x - y), `[R3] versions rise: ${versions.join(', ')}`)
  t.equal(new Set(receiver.messages.map(({ event }) => `${event.type} ${event.data.poll.revision} ${event.data.results?.version}`)).size, receiver.messages.length)
  t.match(receiver.messages[0]?.event.type, 'poll.opened')
  t.equal((await deliveriesWhere(webhook, (found) => found.every(({ status }) => status === 'delivered'))).length, receiver.messages.length)
})

t.test('results that come while the last ones are on their way wait for their second, too', async (t) => {
  const held: ServerResponse[] = []
  const receiver = await startReceiver(t, ({ event }, reply) => {
    if (event.type !== 'poll.results') return 204
    held.push(reply)
    return undefined
  })
  const { webhook, poll } = await prepare(receiver, { events: allEvents })
  await host.command(poll.id, 'open')
  await vote(poll.id, a.url)
  await receiver.until(() => held.length === 1)
  await vote(poll.id, a.url)
  const resultsOf = (deliveries: Delivery[]) => deliveries.filter(({ event }) => event === 'poll.results')
  const [next] = resultsOf(await deliveriesWhere(webhook, (found) => resultsOf(found).length === 2))
  const waitMs = Date.parse(next?.nextAttemptAt ?? '') - Date.parse(next?.createdAt ?? '')
  t.ok(waitMs >= 999, `due after ${waitMs} ms`)
  for (const reply of held) reply.writeHead(204).end()
  await receiver.until(() => held.length === 2)
  held[1]?.writeHead(204).end()
})

t.test('two instances deliver each event once', async (t) => {
  const receiver = await startReceiver(t)
  const { poll } = await prepare(receiver)
  const commands = ['open', 'close', 'open', 'close', 'open', 'close', 'open', 'close', 'open', 'close']
  for (const [at, command] of commands.entries()) {
    await request(at % 2 === 0 ? a.url : b.url, 'POST', `/api/v1/polls/${poll.id}/${command}`, { token: host.accessToken })
  }
  await receiver.until((taken) => taken.length >= commands.length)
  t.same(typesOf(receiver.messages), commands.map((command) => command === 'open' ? 'poll.opened' : 'poll.closed'))
  t.same(receiver.messages.map(({ event }) => event.data.poll.revision), commands.map((_command, at) => at + 2))
})

t.test('polls open and close by their own times for webhooks too', async (t) => {
  const receiver = await startReceiver(t)
  const soon = (ms: number) => new Date(Date.now() + ms).toISOString()
  await prepare(receiver, { opensAt: soon(300), closesAt: soon(800) })
  await receiver.until((taken) => taken.length === 2)
  t.same(typesOf(receiver.messages), ['poll.opened', 'poll.closed'])
})

t.test('what a worker had in its hands when it died is sent by another one after its lease', async (t) => {
  const own = { DATABASE_URL: await createTestDatabase(t), WEBHOOKS_ALLOW_PRIVATE: 'on' }
  const ownSql = connectDatabase(t, own.DATABASE_URL)
  const server = await spawnServer(t, own)
  let isAway = true
  const receiver = await startReceiver(t, () => isAway ? undefined : 204)
  const owner = await registerHost(server.url)
  const { poll } = await prepare(receiver, { owner })
  await owner.command(poll.id, 'open')
  await receiver.until((_taken, all) => all.length === 1)
  await server.kill()
  isAway = false
  const [taken] = await ownSql`SELECT attempts, status, next_attempt_at > now() + interval '40 seconds' AS is_leased FROM webhook_deliveries`
  t.same(taken, { attempts: 1, status: 'waiting', is_leased: true })
  await startServer(t, own)
  t.equal(receiver.messages.length, 1, 'the lease keeps it')
  await ownSql`UPDATE webhook_deliveries SET next_attempt_at = now()`
  await receiver.until((sent) => sent.length === 1)
  t.equal(receiver.messages[1]?.id, receiver.messages[0]?.id, 'with the same id, so that the receiver can tell')
})

t.test('a lease is one worker\'s alone', async (t) => {
  const own = await createTestDatabase(t)
  const database = await openDatabase({ url: own, dataDir: '', poolSize: 4, onError: (error) => { throw error } })
  t.teardown(async () => { await database.close() })
  const ownSql = connectDatabase(t, own)
  await ownSql`WITH u AS (INSERT INTO users (id, email, name, password_hash, role) VALUES (gen_random_uuid(), 'a@example.org', 'A', '', 'user') RETURNING id),
    r AS (INSERT INTO rooms (id, code, title, owner_id) SELECT gen_random_uuid(), 'ABCDEF', 'Room', id FROM u RETURNING id),
    w AS (INSERT INTO webhooks (id, room_id, url, events, secret) SELECT gen_random_uuid(), r.id, 'https://example.org', '[]', 'whsec_' FROM r, generate_series(1, 40) RETURNING id)
    INSERT INTO webhook_deliveries (id, webhook_id, poll_id, event, payload)
    SELECT ('01890000-0000-7' || lpad(to_hex(n), 3, '0') || '-8000-' || substr(w.id::text, 25))::uuid, w.id, '01890000-0000-7000-8000-000000000000', 'poll.opened', n::text
    FROM w, generate_series(1, 5) n`
  const take = async () => await takeDueDeliveries(database.db, { limit: 8, busyWebhookIds: [], leaseMs: 60_000 })
  const taken = (await Promise.all([take(), take(), take(), take()])).flat()
  const others = (await Promise.all([take(), take(), take(), take()])).flat()
  const ids = [...taken, ...others].map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length, 'nothing is taken twice')
  t.ok([...taken, ...others].every(({ payload }) => payload === '1'), 'of a poll only the first that waits is taken')
  while ((await take()).length > 0);
  t.match(await ownSql`SELECT count(*)::int FROM webhook_deliveries WHERE attempts = 1`, [{ count: 40 }])
})

t.test('results that an instance left behind are found', async (t) => {
  const db = await openInstance(t)
  const receiver = await startReceiver(t)
  const { webhook, poll } = await prepare(receiver, { events: allEvents })
  await host.command(poll.id, 'open')
  await vote(poll.id, a.url)
  await receiver.until((taken) => taken.at(-1)?.event.data.results?.voters === 1)
  await deliveriesWhere(webhook, (found) => found.every(({ status }) => status === 'delivered'))
  t.notOk((await listForgottenResults(db)).includes(poll.id))
  t.equal(await enqueueResults(db, poll.id, describeResults), undefined, 'what is queued is not queued again')
  // As if the instance had died after the commit of the vote, a while ago.
  await sql`UPDATE webhooks SET created_at = created_at - interval '1 minute' WHERE id = ${webhook.id}`
  await sql`UPDATE tallies SET at = at - interval '10 seconds' WHERE poll_id = ${poll.id}`
  await sql`DELETE FROM webhook_deliveries WHERE webhook_id = ${webhook.id} AND event = 'poll.results'`
  t.ok((await listForgottenResults(db)).includes(poll.id))
  const before = receiver.messages.length
  t.type(await enqueueResults(db, poll.id, describeResults), 'number')
  await receiver.until((taken) => taken.length > before)
  t.match(receiver.messages.at(-1)?.event, { type: 'poll.results', data: { results: { voters: 1 } } })
})

t.test('a redirect is not followed', async (t) => {
  const elsewhere = await startReceiver(t)
  const receiver = await startReceiver(t, (_message, reply) => {
    reply.setHeader('location', elsewhere.url)
    return 307
  })
  const { webhook, poll } = await prepare(receiver)
  await host.command(poll.id, 'open')
  const [delivery] = await deliveriesWhere(webhook, ([newest]) => newest?.status === 'failed')
  t.match(delivery, { attempts: 8, responseStatus: 307, error: 'The receiver answered 307.', nextAttemptAt: null, deliveredAt: null })
  t.equal(elsewhere.connections(), 0)
})

t.test('a receiver that takes nothing through all attempts is disabled, one that took something is not', async (t) => {
  const dead = await startReceiver(t, () => 503)
  // Of one poll it refuses the close; of another it takes the opening, once it has seen that close.
  let takeOpening = () => {}
  const alive = await startReceiver(t, ({ event }, reply) => {
    const isOther = event.data.poll.question === 'Another?'
    if (isOther) takeOpening = () => { reply.end() }
    else if (event.type === 'poll.closed') takeOpening()
    return isOther ? undefined : event.type === 'poll.closed' ? 503 : 200
  })
  const { webhook: ofAlive, poll: half, roomId } = await prepare(alive)
  await host.command(half.id, 'open')
  await host.openPoll({ roomId, question: 'Another?' })
  await alive.until((_taken, all) => all.length === 2)
  await host.command(half.id, 'close')
  t.match(await deliveriesWhere(ofAlive, (found) => found.length === 3 && found.every(({ status }) => status !== 'waiting')), [
    { event: 'poll.closed', status: 'failed', attempts: 8 }, { status: 'delivered' }, { status: 'delivered' }
  ])
  t.match((await host.call('GET', `/webhooks/${ofAlive.id}`)).body, { disabledAt: null })

  const { webhook: ofDead, poll } = await prepare(dead)
  for (const command of ['open', 'close', 'open']) await host.command(poll.id, command)
  const given = await deliveriesWhere(ofDead, (found) => found.length === 3 && found.every(({ status }) => status === 'failed'))
  t.match(given, [{ error: 'The webhook was disabled.', attempts: 0 }, { error: 'The webhook was disabled.' }, { error: 'The receiver answered 503.', attempts: 8 }])
  t.match((await host.call('GET', `/webhooks/${ofDead.id}`)).body, { disabledAt: /Z$/ })
})

t.test('410 disables a webhook at once', async (t) => {
  const receiver = await startReceiver(t, () => 410)
  const { webhook, poll } = await prepare(receiver)
  await host.command(poll.id, 'open')
  const [delivery] = await deliveriesWhere(webhook, ([newest]) => newest?.status === 'failed')
  t.match(delivery, { attempts: 1, responseStatus: 410, error: /gone/ })
  await waitUntil(async () => (await host.call<Webhook>('GET', `/webhooks/${webhook.id}`)).body.disabledAt !== null, 15_000, () => 'it is not disabled')
  await host.command(poll.id, 'close')
  t.equal((await listDeliveries(webhook)).length, 1, 'nothing more is queued')
  expectProblem(t, await host.call('POST', `/webhooks/${webhook.id}/deliveries/${delivery?.id}/replay`), 'conflict', 'nor replayed')
})

t.test('a replay sends the same payload as another message, whatever else waits', async (t) => {
  let isAway = false
  const receiver = await startReceiver(t, () => isAway ? undefined : 200)
  const { webhook, poll } = await prepare(receiver)
  await host.command(poll.id, 'open')
  const [delivery] = await deliveriesWhere(webhook, ([newest]) => newest?.status === 'delivered')
  isAway = true
  await host.command(poll.id, 'close')
  await receiver.until((_taken, all) => all.length === 2)
  isAway = false
  const [waiting] = await listDeliveries(webhook)
  expectProblem(t, await host.call('POST', `/webhooks/${webhook.id}/deliveries/${waiting?.id}/replay`), 'conflict', 'one that waits')
  const replay = await host.call<Delivery>('POST', `/webhooks/${webhook.id}/deliveries/${delivery?.id}/replay`)
  t.equal(replay.status, 202)
  t.match(replay.body, { event: 'poll.opened', pollId: poll.id, status: 'waiting', attempts: 0, responseStatus: null, error: null })
  t.not(replay.body.id, delivery?.id)
  await receiver.until((taken) => taken.length === 2)
  const [first, second] = receiver.taken()
  t.equal(second?.body, first?.body)
  t.equal(second?.id, replay.body.id)
  if (second !== undefined) t.same(verify(webhook.secret, second), second.event)
})

t.test('without the switch nothing leaves for a private address', async (t) => {
  const target = await startReceiver(t)
  const names = new Map([['rebound.example.org', '127.0.0.1'], ['metadata.example.org', '169.254.169.254'], ['mapped.example.org', '::ffff:127.0.0.1']])
  const guarded = await startServer(t, {}, {
    webhooks: { ...tuning.webhooks, resolve: async (name) => [{ address: names.get(name) ?? '', family: 4 }] }
  })
  const owner = await registerHost(guarded.url)
  const roomId = await createRoom(owner)
  const create = async (url: string) => await owner.call<CreatedWebhook>('POST', `/rooms/${roomId}/webhooks`, { url, events: lifecycle })
  for (const address of ['127.0.0.1', '2130706433', '10.0.0.1', '169.254.169.254', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]']) {
    const refused = await create(`https://${address}:${target.port}/`)
    expectProblem(t, refused, 'validation_failed', address)
    t.match(refused.body, { errors: [{ pointer: '/url', detail: 'must be a public address' }] })
  }
  expectProblem(t, await create('http://example.org/'), 'validation_failed', 'plain http')
  const webhooks = await Promise.all(Array.from(names.keys(), async (name) => (await create(`https://${name}:${target.port}/`)).body))
  await owner.openPoll({ roomId })
  for (const { id, url } of webhooks) {
    let found: Delivery | undefined
    await waitUntil(async () => {
      [found] = (await owner.call<Page<Delivery>>('GET', `/webhooks/${id}/deliveries`)).body.items
      return found?.status === 'failed'
    }, 15_000, () => `${url}: ${JSON.stringify(found)}`)
    t.match(found, { attempts: 1, responseStatus: null, error: 'The address is not public, so nothing was sent.' }, url)
  }
  t.equal(target.connections(), 0)
})

t.test('an admin sees how the jobs are doing, and what is old is deleted', async (t) => {
  const receiver = await startReceiver(t)
  const { webhook, poll } = await prepare(receiver)
  await host.command(poll.id, 'open')
  await deliveriesWhere(webhook, ([newest]) => newest?.status === 'delivered')
  expectProblem(t, await (await registerHost(a.url)).call('GET', '/admin/jobs'), 'forbidden')
  expectProblem(t, await request(a.url, 'GET', '/api/v1/admin/jobs'), 'unauthenticated')
  await sql`INSERT INTO webhook_deliveries (id, webhook_id, poll_id, event, payload, created_at, next_attempt_at)
    VALUES (gen_random_uuid(), ${webhook.id}, gen_random_uuid(), 'poll.opened', '{}', now() - interval '90 seconds', now() + interval '1 hour')`
  const { status, body } = await host.call<{ oldestWaitingSeconds: number }>('GET', '/admin/jobs')
  t.equal(status, 200)
  t.match(body, { deliveries: { waiting: Number, delivered: Number, failed: Number }, lastCleanUpAt: null })
  t.ok(body.oldestWaitingSeconds >= 90 && body.oldestWaitingSeconds < 100)

  const old = (days: number) => new Date(Date.now() - days * 86_400_000).getTime().toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')
  const insert = async (days: number, state: string) => await sql`
    INSERT INTO webhook_deliveries (id, webhook_id, poll_id, event, payload, status, next_attempt_at)
    SELECT (${old(days)} || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${webhook.id}, gen_random_uuid(), 'poll.opened', '{}', ${state}, now() + interval '1 hour' FROM generate_series(1, 700) n`
  await insert(31, 'delivered')
  await insert(32, 'failed')
  await insert(33, 'waiting')
  await insert(29, 'failed')
  await sql`INSERT INTO idempotency_keys (user_id, key, request_hash, created_at) VALUES (${host.user.id}, 'old', '', now() - interval '25 hours'), (${host.user.id}, 'new', '', now() - interval '23 hours')`
  const db = await openInstance(t)
  const cleanUps = [startCleanUp({ db, onError: (error) => { throw error } }), startCleanUp({ db, onError: (error) => { throw error } })]
  await Promise.all(cleanUps.map(async (cleanUp) => { await cleanUp.runNow() }))
  await Promise.all(cleanUps.map(async (cleanUp) => { await cleanUp.stop() }))
  t.match(await sql`SELECT status, count(*)::int FROM webhook_deliveries WHERE id::text LIKE '%-7000-8000-%' AND payload = '{}' GROUP BY 1 ORDER BY 1`, [{ status: 'failed', count: 700 }, { status: 'waiting', count: 700 }])
  t.match(await sql`SELECT key FROM idempotency_keys`, [{ key: 'new' }])
  t.ok(cleanUps.every((cleanUp) => cleanUp.lastRunAt() !== undefined))
})
