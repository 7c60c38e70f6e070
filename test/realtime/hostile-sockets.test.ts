import { createHmac } from 'node:crypto'
import t from 'tap'
import type { ClientEvent } from '../../server/protocol/events.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { postGraphql } from '../helpers/graphql.ts'
import { connectRaw, openWebSocket } from '../helpers/raw-socket.ts'
import { startServer, testSecretKey } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)
const enginePath = '/socket.io/?EIO=4&transport=websocket'

/** Somebody else in the room, to whom nothing of this may happen. */
async function joinNeighbour (t: Parameters<typeof connectSocket>[0], poll: Poll) {
  const neighbour = await connectSocket(t, url)
  await neighbour.joinPoll(poll.id)
  return {
    async votesAsEver (): Promise<boolean> {
      const ack = await neighbour.vote(poll.id, 1)
      if (!ack.ok) return false
      const { version = Infinity } = ack.data
      return (await neighbour.resultsWhere((results) => results.version >= version)).pollId === poll.id
    }
  }
}

/** What `JSON.parse` makes an own property of, and object literals do not. */
function withPrototypeKey (data: object): unknown {
  return JSON.parse(JSON.stringify(data).replace('{', '{"__proto__":{"admin":true},'))
}

function nest (depth: number): unknown {
  let nested: unknown = 1
  for (let level = 0; level < depth; level++) nested = [nested]
  return nested
}

t.test('[O4] an answer that cannot count gets the same code over a socket, HTTP and GraphQL', async (t) => {
  const poll = await host.openPoll({ kind: 'multiple', maxChoices: 2, options: [{ label: 'A' }, { label: 'B' }, { label: 'C' }] })
  const other = await host.openPoll({ options: Array.from({ length: 9 }, (_, at) => ({ label: `${at}` })) })
  const neighbour = await joinNeighbour(t, poll)
  const { voterToken } = await createVoter(url)
  const raw = await connectRaw(t, url, { voterToken })
  const answers: [what: string, answer: unknown, code: string][] = [
    ['no answer', undefined, 'validation_failed'],
    ['null', null, 'validation_failed'],
    ['a number', 1, 'validation_failed'],
    ['a list', [1], 'validation_failed'],
    ['an empty object', {}, 'validation_failed'],
    ['choices as text', { choices: '1' }, 'validation_failed'],
    ['a choice as text', { choices: ['1'] }, 'validation_failed'],
    ['a float', { choices: [1.5] }, 'validation_failed'],
    ['NaN, which JSON writes as null', { choices: [NaN] }, 'validation_failed'],
    ['an unknown field', { choices: [1], weight: 9 }, 'validation_failed'],
    ['a prototype key', withPrototypeKey({ choices: [1] }), 'validation_failed'],
    ['deep nesting', { choices: nest(2000) }, 'validation_failed'],
    ['1001 choices', { choices: Array.from({ length: 1001 }, () => 1) }, 'validation_failed'],
    ['1000 choices', { choices: Array.from({ length: 1000 }, (_, at) => at + 1) }, 'option_invalid'],
    ['a negative choice', { choices: [-1] }, 'option_invalid'],
    ['zero', { choices: [0] }, 'option_invalid'],
    ['a huge choice', { choices: [2 ** 53 - 1] }, 'option_invalid'],
    ['an option of another poll', { choices: [other.options.length] }, 'option_invalid'],
    ['a repeated choice', { choices: [1, 1] }, 'option_invalid'],
    ['nothing chosen', { choices: [] }, 'too_few_choices'],
    ['one too many', { choices: [1, 2, 3] }, 'too_many_choices']
  ]
  for (const [what, answer, code] of answers) {
    const ack = JSON.parse((await raw.ask('vote:cast', { pollId: poll.id, answer })).replace(/^43\d+/, ''))
    t.match(ack, [{ ok: false, error: { code, status: Number, title: String } }], `${what}, over a socket`)
    const { body } = await request<object>(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, { token: voterToken, body: { answer } })
    t.match(body, { code, status: ack[0].error.status }, `${what}, over HTTP`)
    if (answer === undefined) continue
    const query = 'mutation ($id: ID!, $answer: JSON!) { castVote(pollId: $id, answer: $answer) { status } }'
    t.match((await postGraphql(url, query, { token: voterToken, variables: { id: poll.id, answer } })).body.errors, [{ extensions: { code } }], `${what}, over GraphQL`)
  }
  t.match((await host.results(poll.id)).body, { version: 2, voters: 0, counts: { 1: 0, 2: 0, 3: 0 } }, 'none of them left a trace')
  t.equal(await neighbour.votesAsEver(), true)
})

t.test('[O4] whatever else is wrong with an event is told by its code', async (t) => {
  const poll = await host.openPoll()
  const neighbour = await joinNeighbour(t, poll)
  const { socket } = await connectSocket(t, url)
  const answer = { choices: [1] }
  const calls: [what: string, code: string, event: ClientEvent | 'vote:steal', ...data: unknown[]][] = [
    ['an unknown event', 'not_found', 'vote:steal', {}],
    ['no data', 'validation_failed', 'vote:cast'],
    ['null', 'validation_failed', 'vote:cast', null],
    ['text', 'validation_failed', 'poll:join', poll.id],
    ['a list', 'validation_failed', 'poll:join', [poll.id]],
    ['bytes', 'validation_failed', 'vote:cast', Buffer.from('bytes')],
    ['bytes inside', 'validation_failed', 'vote:cast', { pollId: poll.id, answer: { choices: [Buffer.from('1')] } }],
    ['an unknown field', 'validation_failed', 'poll:join', { pollId: poll.id, isHost: true }],
    ['a prototype key', 'validation_failed', 'poll:join', withPrototypeKey({ pollId: poll.id })],
    ['an empty object that should not be', 'validation_failed', 'room:leave', { code: 'ABCDEF' }],
    ['a code as a number', 'validation_failed', 'room:join', { code: 123456 }],
    ['an endless code', 'validation_failed', 'room:join', { code: 'B'.repeat(5000) }],
    ['a code that cannot be', 'room_not_found', 'room:join', { code: '\u0000\u202e' }],
    ['a round of zero', 'validation_failed', 'vote:cast', { pollId: poll.id, answer, round: 0 }],
    ['a malformed id', 'poll_not_found', 'vote:cast', { pollId: 'x', answer }],
    ['an id with a prototype\'s name', 'poll_not_found', 'poll:join', { pollId: '__proto__' }],
    ['an unknown id', 'poll_not_found', 'vote:withdraw', { pollId: '01900000-0000-7000-8000-000000000000' }]
  ]
  for (const [what, code, event, ...data] of calls) {
    t.match(await socket.timeout(5000).emitWithAck(event, ...data), { ok: false, error: { code } }, what)
  }

  // Without an ack, with one that is no function, with too many arguments: no answer, or the one that fits, and no harm.
  for (const event of ['vote:cast', 'poll:join', 'no:such', 'constructor', '__proto__', '']) {
    socket.emit(event)
    socket.emit(event, 'ack', 1, null)
    socket.emit(event, { pollId: poll.id })
  }
  t.match(await socket.timeout(5000).emitWithAck('vote:cast', { pollId: poll.id, answer }, 'more', {}), { ok: true }, 'what comes after the data is not looked at')
  t.equal((await host.results(poll.id)).body.voters, 1)
  socket.disconnect()
  t.equal(await neighbour.votesAsEver(), true)
})

t.test('[O4] malformed frames end their own connection at most', async (t) => {
  const poll = await host.openPoll()
  const neighbour = await joinNeighbour(t, poll)
  const vote = JSON.stringify(['vote:cast', { pollId: poll.id, answer: { choices: [2] } }])
  const frames: (string | Buffer)[] = [
    '', 'x', '9', '4', '44', '4x', '42', '42[', '42{}', '42[]', '42[1]', '42[null]', '42null', '42"vote:cast"', '42["connect"]', '42["disconnect"]', '42["newListener",1]',
    '43', '431[]', '43999[{}]', '45', '451-', '451-["vote:cast",{"_placeholder":true,"num":0}]', '451-["vote:cast",{"_placeholder":true,"num":7}]',
    '45-1-["vote:cast"]', '45999999999-["vote:cast"]', '46', '461-[{"_placeholder":true,"num":-1}]', '42/admin,["vote:cast"]', '40/admin,', '40{}', '41/admin,',
    `4299999999999999999999${vote}`, `42-1${vote}`, `42${vote.slice(0, -4)}`, `42${'['.repeat(8000)}`, `42["a"${',{"a":1}'.repeat(1500)}]`,
    Buffer.from([]), Buffer.from([4, 2]), Buffer.from('42["vote:cast"]'), Buffer.alloc(16_000, 255), '0', '1', '5', '6', '3probe', '2probe'
  ]
  for (const frame of frames) {
    const raw = await connectRaw(t, url)
    raw.ws.on('error', () => {})
    raw.ws.send(frame)
    if (raw.ws.readyState === raw.ws.OPEN) raw.ws.send(`421${JSON.stringify(['poll:leave', { pollId: poll.id }])}`)
    const outcome = await Promise.race([raw.closed, raw.frameWhere((text) => text.startsWith('431['))])
    t.ok(typeof outcome === 'number' || outcome.startsWith('431[{"ok":true'), `${String(frame).slice(0, 50)}: ${typeof outcome === 'number' ? `closed (${outcome})` : 'goes on'}`)
    raw.ws.terminate()
  }
  t.equal(await neighbour.votesAsEver(), true)
})

t.test('[O4] a message that is too large closes its connection', async (t) => {
  const poll = await host.openPoll()
  const neighbour = await joinNeighbour(t, poll)
  const raw = await connectRaw(t, url)
  raw.ws.send(`42["vote:cast","${'x'.repeat(33_000)}"]`)
  t.equal(await raw.closed, 1009)

  const fragments = await connectRaw(t, url)
  for (let sent = 0; sent < 10_000; sent++) fragments.ws.send('xxxx', { fin: false }, () => {})
  t.equal(await fragments.closed, 1009, 'also when it comes in tiny fragments')

  const opened = await request<string>(url, 'GET', '/socket.io/?EIO=4&transport=polling')
  const { sid } = JSON.parse(opened.body.slice(1))
  const large = await request(url, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, { body: `4${'x'.repeat(33_000)}`, headers: { 'content-type': 'text/plain' } })
  t.equal(large.status, 413)
  t.equal(await neighbour.votesAsEver(), true)
})

const someone = '01900000-0000-7000-8000-000000000000'
const never = 2 ** 40

function signVoter (voterId: string, expiry: number, { key = testSecretKey, hash = 'sha256' } = {}): string {
  const text = `voter.${voterId}.${expiry}`
  return `${text}.${createHmac(hash, key).update(text).digest('base64').replaceAll('=', '')}`
}

t.test('[V8] a token that is not ours, or not of this kind, or too old, is refused as over HTTP', async (t) => {
  const poll = await host.openPoll()
  const { voterToken } = await createVoter(url)
  t.ok(await connectSocket(t, url, { auth: { voterToken: signVoter(someone, never) } }), 'the way in which these tokens are made is right')
  const [, , expiry = '', signature = ''] = voterToken.split('.')
  const forged: [what: string, token: string][] = [
    ['another key', signVoter(someone, never, { key: 'another key of 32 bytes or more, honestly' })],
    ['another algorithm', signVoter(someone, never, { hash: 'sha512' })],
    ['expired', signVoter(someone, 2)],
    ['not a voter\'s id', signVoter('me', never)],
    ['another voter\'s signature', `voter.${someone}.${expiry}.${signature}`],
    ['no signature', `voter.${someone}.${never}`],
    ['an empty signature', `voter.${someone}.${never}.`],
    ['a changed signature', voterToken.replace(/.{5}$/, 'AAAAA')],
    ['a JWT without an algorithm', 'eyJhbGciOiJub25lIiwidHlwIjoidm90ZXIrand0In0.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAifQ.'],
    ['an access token', host.accessToken],
    ['no token at all', 'x'],
    ['nothing', ''],
    ['8 kB', voterToken + 'x'.repeat(8000)]
  ]
  for (const [what, token] of forged) {
    const refused = await connectSocket(t, url, { auth: { voterToken: token } }).then(() => null, (error: unknown) => error)
    t.match(refused, { data: { code: 'unauthenticated', status: 401 } }, `${what}, at the handshake`)
    if (token === '') continue
    const { status, body } = await voteOverHttp(url, token, poll.id, { choices: [1] })
    const isHost = token === host.accessToken
    t.match({ status, body }, isHost ? { status: 403 } : { status: 401, body: { code: 'unauthenticated' } }, `${what}, over HTTP`)
  }
  const asHost = await connectSocket(t, url, { auth: { accessToken: voterToken } }).then(() => null, (error: unknown) => error)
  t.match(asHost, { data: { code: 'unauthenticated' } }, 'a voter token is no access token')
  const raw = await openWebSocket(t, url, enginePath)
  raw.ws.send('40{"voterToken":{"toString":1}}')
  t.match(await raw.frameWhere((frame) => frame.startsWith('44')), /"code":"validation_failed"/)
  t.match((await host.results(poll.id)).body, { voters: 0 })
})

t.test('[V8] without a token the voter cookie says who it is, on both transports', async (t) => {
  const poll = await host.openPoll()
  const { voterToken } = await createVoter(url)
  t.match((await voteOverHttp(url, voterToken, poll.id, { choices: [1] })).body, { status: 'recorded' })
  for (const transport of ['websocket', 'polling']) {
    const returning = await connectSocket(t, url, { transports: [transport], extraHeaders: { cookie: `theme=dark; voter=${voterToken}` } })
    t.match(await returning.joinPoll(poll.id), { myVote: { choices: [1] }, voterToken }, transport)
  }
  const stale = await connectSocket(t, url, { extraHeaders: { cookie: 'voter=stale' } })
  t.match(await stale.joinPoll(poll.id), { myVote: null }, 'a stale cookie becomes a new voter')
})

t.test('[O4] pages of other origins get no socket, on either transport', async (t) => {
  const { host: ownHost } = new URL(url)
  const { id } = await host.openPoll()
  const feed = `/api/v1/polls/${id}/live`
  for (const origin of ['https://evil.example', 'null', `http://${ownHost}.evil.example`, `http://evil.example/${ownHost}`, `http://${ownHost}@evil.example`, '']) {
    for (const path of [enginePath, feed]) await t.rejects(openWebSocket(t, url, path, { origin }), /refused with 40/, `"${origin}" on ${path}`)
    await t.rejects(openWebSocket(t, url, '/graphql', { origin }, ['graphql-transport-ws']), /refused with 40/, `"${origin}" on GraphQL`)
    t.equal((await request(url, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { origin } })).status, 403, `"${origin}" by polling`)
    t.equal((await request(url, 'GET', feed, { headers: { origin, accept: 'text/event-stream' } })).status, 403, `"${origin}" for server-sent events`)
  }
  for (const path of [enginePath, feed]) t.ok(await openWebSocket(t, url, path, { origin: url }), `our own page on ${path}`)
  t.ok(await openWebSocket(t, url, '/graphql', { origin: url }, ['graphql-transport-ws']), 'our own page on GraphQL')
  t.equal((await request(url, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { origin: url } })).status, 200)
})

t.test('[O4] twenty events at once pass; a flood is refused, then cut, and others do not notice', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const neighbour = await joinNeighbour(t, poll)
  const slowestOf = async (votes: number) => {
    let slowest = 0
    for (let cast = 0; cast < votes; cast++) {
      const startedAt = performance.now()
      t.ok((await others.vote(poll.id, 1 + cast % 2)).ok)
      slowest = Math.max(slowest, performance.now() - startedAt)
    }
    return slowest
  }
  const others = await connectSocket(t, url)
  const usual = await slowestOf(15)
  const { socket, vote } = await connectSocket(t, url)
  const burst = await Promise.all(Array.from({ length: 20 }, async (_, at) => await vote(poll.id, 1 + at % 2)))
  t.ok(burst.every(({ ok }) => ok), 'all of twenty')

  const flood = Promise.all(Array.from({ length: 200 }, async () => await vote(poll.id, 2)))
  const flooded = await slowestOf(15)
  t.ok(flooded < 2 * usual + 250, `others' slowest acknowledgement: ${usual.toFixed(1)} ms before, ${flooded.toFixed(1)} ms under the flood`)
  const answers = await flood
  const refused = answers.filter((ack) => !ack.ok)
  t.ok(refused.length > 100, `${refused.length} of 200 were refused`)
  for (const ack of refused) {
    if (ack.ok || ack.error.code !== 'rate_limited' || ack.error.retryAfterMs === undefined) t.fail('refused otherwise', { ack })
  }
  const cut = new Promise<string>((resolve) => { socket.on('disconnect', resolve) })
  for (let sent = 0; sent < 1000; sent++) socket.emit('vote:cast', {})
  t.equal(await cut, 'transport close')
  t.equal(await neighbour.votesAsEver(), true)
})

t.test('[R3] a reader that stops costs bounded memory, and gets the newest state when it reads again', async (t) => {
  // 56 kB a frame: the kernel's own buffers, some 4 MB, are full after about 80 of them.
  const family = '👩‍👩‍👧‍👦'
  const options = Array.from({ length: 50 }, (_, at) => ({ label: `${at}${family.repeat(45)}` }))
  const poll = await host.openPoll({ options })
  const reader = await connectRaw(t, url)
  const others = await connectSocket(t, url)
  const revisions: number[] = []
  others.socket.on('poll', ({ revision }) => { revisions.push(revision) })
  await reader.ask('poll:join', { pollId: poll.id })
  await others.joinPoll(poll.id)
  reader.ws.pause()
  const changes = 160
  for (let change = 0; change < changes; change++) await host.command(poll.id, change % 2 === 0 ? 'pause' : 'open')
  await host.command(poll.id, 'close')
  const last = 2 + changes + 1
  await waitUntil(async () => revisions.at(-1) === last, 15_000, () => 'the others did not get the newest state')
  t.equal(revisions.length, changes + 1, 'the others got every change')

  reader.ws.resume()
  await reader.frameWhere((frame) => frame.startsWith('42["results"') && frame.includes('"final":true'), 10_000)
  await reader.frameWhere((frame) => frame.includes(`"revision":${last},`), 10_000)
  const got = reader.frames.filter((frame) => frame.startsWith('42["poll",'))
  const gotRevisions = got.map((frame) => Number(/"revision":(\d+)/.exec(frame)?.[1]))
  t.ok(got.length < changes * 0.75, `${got.length} of ${changes + 1} changes waited for it, of ${got.at(-1)?.length} bytes each`)
  t.equal(gotRevisions.at(-1), last)
  t.same(gotRevisions, gotRevisions.toSorted((a, b) => a - b), 'it never went back')
})
