// The processes of docker-compose.yml, started with its own files.
import t from 'tap'
import { openComposedStage } from '../../scripts/faults/composed-stage.ts'
import { waitUntil } from '../helpers/child-process.ts'
import { expectProblem, request } from '../helpers/clients.ts'
import { replaceIn } from '../helpers/composed.ts'
import { openEventStream } from '../helpers/event-stream.ts'
import { openWebSocket } from '../helpers/raw-socket.ts'
import { survives } from '../helpers/scenarios.ts'
import { skipUnless } from '../helpers/services.ts'

t.test('two instances behind the proxy', { skip: skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL') || skipUnless('NGINX_PATH') }, async (t) => {
  const composed = await openComposedStage(t)
  const { url, host } = composed

  await t.test('pages and assets come compressed, and are kept as long as they may be', async (t) => {
    const headers = { 'accept-encoding': 'br' }
    const page = await request<string>(url, 'GET', '/', { headers })
    t.match(Object.fromEntries(page.headers), { 'content-encoding': 'br', 'cache-control': 'no-cache', vary: /accept-encoding/i })
    const asset = /\/assets\/[\w.-]+\.js/.exec(page.body)?.[0] ?? ''
    t.match(Object.fromEntries((await request(url, 'GET', asset, { headers })).headers), { 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' })
  })

  await t.test('what a client says of its own address is not believed', async (t) => {
    const guess = async (at: number) => await request(url, 'GET', '/api/v1/join/BBBBBB', { headers: { 'x-forwarded-for': `203.0.113.${at}`, forwarded: `for=203.0.113.${at}` } })
    for (const answered of await Promise.all(Array.from({ length: 20 }, async (_, at) => await guess(at)))) expectProblem(t, answered, 'room_not_found')
    const startedAt = performance.now()
    await guess(20)
    t.ok(performance.now() - startedAt > 950, 'the guesses were all counted for the one that they came from')
  })

  await t.test('[O4] a body of more than 64 kB is refused', async (t) => {
    const { status } = await request<string>(url, 'POST', '/graphql', { headers: { 'content-type': 'application/json' }, body: ' '.repeat(65 * 1024) })
    t.equal(status, 413)
  })

  await t.test('[R4] the feed goes through, as WebSocket and as server-sent events', async (t) => {
    const poll = await host.openPoll()
    const path = `/api/v1/polls/${poll.id}/live`
    const webSocket = await openWebSocket(t, url, path)
    await webSocket.frameWhere((frame) => frame.includes('"results"'))
    const events = await openEventStream(t, url + path)
    await waitUntil(async () => events.frames.some((frame) => frame.includes('"results"')), 5000, () => 'no event came')
  })

  await t.test('[O2] the instances are restarted one after the other: no vote fails for good, every page comes, and everybody is back within ten seconds', async (t) => {
    t.ok(await survives(t, 'proxy-restart', { composed }) > 0, 'each was restarted')
  })
})

t.test('a file that has changed is not started with what may be wrong by now', async (t) => {
  t.throws(() => replaceIn('nginx.conf', 'listen 8081;', { 'listen 8080;': 'listen 1;' }), { message: 'nginx.conf no longer has "listen 8080;", which "listen 1;" was to replace here' })
})
