import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import type { FeedMessage } from '../../server/protocol/events.ts'
import type { Results } from '../../server/protocol/poll.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { connectDatabase } from '../helpers/database.ts'
import { openEventStream } from '../helpers/event-stream.ts'
import { recount } from '../helpers/ledger.ts'
import { connectRaw, openWebSocket } from '../helpers/raw-socket.ts'
import { startServer } from '../helpers/server.ts'

const { url, databaseUrl } = await startServer(t)
const host = await registerHost(url)
const ledger = connectDatabase(t, databaseUrl)

function readMessages (frames: string[]): FeedMessage[] {
  return frames.filter((frame) => !frame.startsWith(':')).map((frame) => JSON.parse(frame.replace(/^(id: \d+\n)?data: /, '')))
}

t.test('[R3] the feed sends the state first and then every change, as WebSocket and as server-sent events', async (t) => {
  const poll = await host.openPoll({ revote: 'change' })
  const path = `/api/v1/polls/${poll.id}/live`
  const webSocket = await openWebSocket(t, url, path)
  const events = await openEventStream(t, url + path)
  t.match(events, { status: 200, headers: { 'content-type': /^text\/event-stream/, 'cache-control': 'private, no-store' } })
  const audience = await connectSocket(t, url)
  t.equal(audience.socket.io.engine.transport.name, 'websocket', 'Socket.IO has its own WebSocket on the same port')

  const bothSay = async (fits: (message: FeedMessage) => boolean) => {
    for (const { frames } of [webSocket, events]) {
      await waitUntil(async () => readMessages(frames).some(fits), 15_000, () => `the feed did not say it: ${frames.at(-1)}`)
    }
  }
  await bothSay(({ type }) => type === 'results')
  await audience.vote(poll.id, 1)
  await bothSay(({ type, data }) => type === 'results' && data.version === 3)
  await audience.vote(poll.id, 2)
  await bothSay(({ type, data }) => type === 'results' && data.version === 4)
  await host.command(poll.id, 'close')
  await bothSay(({ type, data }) => type === 'results' && data.final)

  for (const { frames } of [webSocket, events]) {
    const messages = readMessages(frames)
    t.match(messages.slice(0, 2), [{ type: 'poll', data: { ...poll } }, { type: 'results', data: { version: 2, voters: 0 } }])
    t.match(messages.filter(({ type }) => type === 'results').map(({ data }) => data), [
      { version: 2, counts: { 1: 0, 2: 0 } }, { version: 3, counts: { 1: 1, 2: 0 } }, { version: 4, counts: { 1: 0, 2: 1 } }, { version: 5, final: true }])
    t.match(messages.filter(({ type }) => type === 'poll').map(({ data }) => data.status), ['open', 'closed'])
  }
  t.same(events.frames.filter((frame) => frame.includes('"results"')).map((frame) => /^id: (\d+)\n/.exec(frame)?.[1]), ['2', '3', '4', '5'], 'an event\'s id is the version')
  const late = await openWebSocket(t, url, path)
  t.match(JSON.parse(await late.frameWhere((frame) => frame.includes('"results"'))), { data: { version: 5, final: true } }, 'who comes late gets the state as well')

  await host.call('DELETE', `/polls/${poll.id}`, undefined, { 'if-match': '*' })
  t.equal(await webSocket.closed, 1001, 'the feed of a deleted poll ends')
  await events.ended
})

t.test('[R6] the feed of hidden results says nothing but the poll', async (t) => {
  const poll = await host.openPoll({ resultsVisibility: 'after_vote' })
  const path = `/api/v1/polls/${poll.id}/live`
  const { voterToken } = await createVoter(url)
  await voteOverHttp(url, voterToken, poll.id, { choices: [1] })
  const anyone = await openWebSocket(t, url, path)
  const voter = await openWebSocket(t, url, path, { authorization: `Bearer ${voterToken}` })
  const hosts = await openEventStream(t, url + path, { authorization: `Bearer ${host.accessToken}` })
  t.match(JSON.parse(await voter.frameWhere((frame) => frame.includes('"results"'))), { data: { voters: 1 } }, 'who has voted sees them')
  await host.command(poll.id, 'pause')
  await host.command(poll.id, 'open')
  const { voterToken: second } = await createVoter(url)
  await voteOverHttp(url, second, poll.id, { choices: [2] })
  await voter.frameWhere((frame) => frame.includes('"voters":2'))
  await waitUntil(async () => hosts.frames.some((frame) => frame.includes('"voters":2')), 15_000, () => 'the host did not see it')
  await anyone.frameWhere((frame) => frame.includes('"status":"paused"'))
  await anyone.frameWhere((frame) => frame.includes('"revision":4'))
  t.same(readMessages(anyone.frames).map(({ type }) => type), ['poll', 'poll', 'poll'])
  await host.call('POST', `/polls/${poll.id}/reveal`, { revealed: true })
  t.match(JSON.parse(await anyone.frameWhere((frame) => frame.includes('"results"'))), { data: { voters: 2, counts: { 1: 1, 2: 1 } } })
})

t.test('[O4] what cannot be watched is refused before the upgrade', async (t) => {
  const draft = await host.createPoll()
  const poll = await host.openPoll()
  const path = (id: string) => `/api/v1/polls/${id}/live`
  const eventStream = { accept: 'text/event-stream' }
  for (const id of [draft.id, '01900000-0000-7000-8000-000000000000', 'x', '..', '__proto__']) {
    await t.rejects(openWebSocket(t, url, path(id)), /refused with 404/, `WebSocket ${id}`)
    t.equal((await request(url, 'GET', path(id), { headers: eventStream })).status, 404, `events ${id}`)
  }
  const withToken = `${path(poll.id)}?token=${host.accessToken}`
  await t.rejects(openWebSocket(t, url, withToken), /refused with 400/, 'no tokens in addresses')
  t.match(await request(url, 'GET', withToken, { headers: eventStream }), { status: 400, body: { code: 'validation_failed' } })
  await t.rejects(openWebSocket(t, url, path(poll.id), { authorization: 'Bearer x' }), /refused with 401/)
  t.match(await request(url, 'GET', path(poll.id)), { status: 406, body: { code: 'not_acceptable' } })
  t.match(await request(url, 'GET', path(poll.id), { headers: { ...eventStream, origin: 'https://evil.example' } }), { status: 403 })
  await t.rejects(openWebSocket(t, url, '/elsewhere'), /refused with 404/)

  const talkative = await openWebSocket(t, url, path(poll.id))
  const neighbour = await openWebSocket(t, url, path(poll.id))
  talkative.ws.send('"hello"')
  talkative.ws.send(Buffer.alloc(2000))
  t.equal(await talkative.closed, 1009, 'the feed reads nothing, least of all much')
  await host.command(poll.id, 'close')
  await neighbour.frameWhere((frame) => frame.includes('"final":true'))
})

t.test('[R5] under a storm of votes every frame is exact, versions rise, and there are ten a second at most', async (t) => {
  const poll = await host.openPoll({ revote: 'change', options: ['A', 'B', 'C'].map((label) => ({ label })) })
  const voters = await Promise.all(Array.from({ length: 60 }, async () => await connectSocket(t, url)))
  const watcher = await connectSocket(t, url, { transports: ['polling'] })
  t.equal(watcher.socket.io.engine.transport.name, 'polling')
  await Promise.all([watcher, ...voters].map(async (socket) => await socket.joinPoll(poll.id)))
  const feed = await openWebSocket(t, url, `/api/v1/polls/${poll.id}/live`)
  const startedAt = performance.now()
  const acks = await Promise.all(voters.map(async (voter, at) => {
    let ok = 0
    for (let turn = 0; turn < 30; turn++) if ((await voter.vote(poll.id, 1 + (at + turn) % 3)).ok) ok += 1
    return ok
  }))
  t.same(acks, voters.map(() => 30), 'every vote is acknowledged')
  const { body: final } = await host.results(poll.id)
  await Promise.all([watcher, ...voters].map(async (socket) => await socket.resultsWhere(({ version }) => version === final.version)))
  await feed.frameWhere((frame) => frame.includes(`"version":${final.version},`))
  const seconds = (performance.now() - startedAt) / 1000
  t.same({ voters: final.voters, counts: final.counts }, await recount(ledger, final), '[R2] the last state is what the ballots say')

  const seen = readMessages(feed.frames).flatMap(({ type, data }) => type === 'results' ? [data] : [])
  const exact = new Map<number, Results>()
  for (const frames of [seen, watcher.frames, ...voters.map((voter) => voter.frames)]) {
    const versions = frames.map(({ version }) => version)
    if (versions.some((version, at) => at > 0 && version <= (versions[at - 1] ?? 0))) t.fail(`[R3] went back: ${versions.join(' ')}`)
    // The first one at once, the last one by the end, and ten in each second between.
    if (versions.length > 10 * seconds + 2) t.fail(`${versions.length} frames in ${seconds} s`)
    for (const results of frames) exact.set(results.version, results)
  }
  for (const results of exact.values()) {
    const { voters, counts, version } = results
    t.same({ voters, counts }, await recount(ledger, results), `[R2] version ${version} is what the ballots say`)
  }
})

t.test('[O2] the server closes in time with all kinds of clients attached, in a way after which they come back', async (t) => {
  const other = await startServer(t)
  const otherHost = await registerHost(other.url)
  const poll = await otherHost.openPoll()
  const path = `/api/v1/polls/${poll.id}/live`
  const sockets = await Promise.all(['websocket', 'polling'].map(async (transport) => await connectSocket(t, other.url, { transports: [transport] })))
  const reasons = sockets.map(async ({ socket, joinPoll }) => {
    await joinPoll(poll.id)
    return await new Promise<string>((resolve) => { socket.on('disconnect', resolve) })
  })
  const webSocket = await openWebSocket(t, other.url, path)
  const events = await openEventStream(t, other.url + path)
  await webSocket.frameWhere((frame) => frame.includes('"results"'))
  // As a phone whose browser the system has put to sleep.
  const asleep = [await connectRaw(t, other.url), await openWebSocket(t, other.url, path)]
  for (const { ws } of asleep) ws.pause()
  const asleepToo = await openEventStream(t, other.url + path)
  asleepToo.response.pause()
  // It has been let in, and its vote is still on its way.
  const { voterToken } = await createVoter(other.url)
  const body = JSON.stringify({ answer: { choices: [1] } })
  const slow = connect(Number(new URL(other.url).port), '127.0.0.1')
  let answer = ''
  t.teardown(() => { slow.destroy() })
  slow.on('data', (chunk: Buffer) => { answer += chunk.toString() })
  slow.write(`PUT /api/v1/polls/${poll.id}/vote HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${voterToken}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`)
  await once(slow, 'data')

  const startedAt = performance.now()
  const closing = other.close()
  // From then on those that are asleep are waited for.
  await webSocket.closed
  await t.rejects(fetch(`${other.url}/readyz`), { cause: { code: 'ECONNREFUSED' } }, 'a proxy is told at once to ask another instance')
  slow.write(body)
  await once(slow, 'close')
  t.match(answer, /^HTTP\/1.1 200 .*^connection: close\r$.*"status":"recorded"/mis, 'whoever was let in is answered, and comes back over another connection')
  await closing
  t.ok(performance.now() - startedAt < 5000, `after ${Math.round(performance.now() - startedAt)} ms`)
  // A client that is told 'io server disconnect' would stay away.
  for (const reason of await Promise.all(reasons)) t.match(reason, /^transport (close|error)$/)
  t.equal(await webSocket.closed, 1001)
  await events.ended
})
