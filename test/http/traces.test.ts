// Traces, as a collector of OpenTelemetry gets them; and that the log, the answer and the trace of a request name each other.
import { Session } from 'node:inspector'
import { pino } from 'pino'
import t from 'tap'
import { createHttpServer } from '../../server/http/http-server.ts'
import { createRequestSpans } from '../../server/http/request-spans.ts'
import { startTracing } from '../../server/tracing/start-tracing.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'
import { startCollector, type CollectedSpan } from '../helpers/trace-collector.ts'

const DATABASE_URL = await createTestDatabase(t)
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${spanId}-01`
const spanKind = { internal: 1, server: 2, client: 3 }

/** Of the modules that this process has loaded. */
function hasLoadedOpenTelemetry (): boolean {
  const session = new Session()
  session.connect()
  const urls: string[] = []
  session.on('Debugger.scriptParsed', ({ params: { url } }) => { urls.push(url) })
  session.post('Debugger.enable')
  session.disconnect()
  return urls.some((url) => url.includes('otlp-tracing'))
}

t.test('without a collector nothing of OpenTelemetry is loaded', async (t) => {
  const { url, close } = await startServer(t, { DATABASE_URL })
  const { id } = await (await registerHost(url)).openPoll()
  const { voterToken } = await createVoter(url)
  t.match(await voteOverHttp(url, voterToken, id, { choices: [1] }), { status: 200 })
  await close()
  t.notOk(hasLoadedOpenTelemetry())
})

t.test('a request, its votes, their batch and the transaction are one trace, without anything that people wrote or must keep', async (t) => {
  const collector = await startCollector(t)
  const { url, close } = await startServer(t, { DATABASE_URL, OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` })
  t.ok(hasLoadedOpenTelemetry())
  const host = await registerHost(url)
  await request(url, 'POST', '/api/v1/auth/register', { body: host.credentials })
  await request(url, 'GET', `/nowhere/${host.credentials.email}?token=${host.accessToken}`)
  const poll = await host.openPoll({ kind: 'text', question: 'Whom do you trust?', options: [] })
  const code = await host.codeOf(poll)
  await request(url, 'GET', `/api/v1/join/${code}`)
  const voter = await createVoter(url)
  const answer = { text: 'Nobody at all' }
  const cast = await request(url, 'PUT', `/api/v1/polls/${poll.id}/vote`, { token: voter.voterToken, body: { answer }, headers: { traceparent } })
  t.equal(cast.status, 200)
  t.match(await voteOverHttp(url, voter.voterToken, poll.id, { text: 'Everybody' }), { status: 409 })
  const sockets = await Promise.all(Array.from({ length: 20 }, async () => await connectSocket(t, url)))
  t.ok((await Promise.all(sockets.map(async ({ call }) => await call('vote:cast', { pollId: poll.id, answer })))).every(({ ok }) => ok))
  for (const { socket } of sockets) socket.disconnect()
  await close()

  const spans = collector.spans()
  const named = (name: string, ...fits: ((span: CollectedSpan) => boolean)[]) => spans.filter((span) => span.name === name && fits.every((fit) => fit(span)))
  const partsOf = (parent: CollectedSpan | undefined) => spans.filter(({ parentSpanId }) => parent !== undefined && parentSpanId === parent.spanId)
  const part = (parent: CollectedSpan | undefined, name: string) => partsOf(parent).find((span) => span.name === name)

  const [put] = named('PUT /api/v1/polls/:pollId/vote', (span) => span.traceId === traceId)
  t.match(put, {
    parentSpanId: spanId,
    kind: spanKind.server,
    attributes: {
      'http.request.method': 'PUT',
      'http.route': '/api/v1/polls/:pollId/vote',
      'url.path': `/api/v1/polls/${poll.id}/vote`,
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'plenum.request.id': cast.headers.get('x-request-id')
    }
  }, 'the request is part of the trace that it came with')
  const vote = part(put, 'vote')
  t.match(vote, { traceId, attributes: { 'plenum.poll.id': poll.id, 'plenum.vote.outcome': 'recorded' } }, 'the vote is part of the request')
  const batch = part(vote, 'vote batch')
  t.match(batch, { traceId, attributes: { 'plenum.vote.batch_size': 1 }, links: [{ traceId, spanId: vote?.spanId }] })
  t.match(part(batch, 'transaction'), { traceId, kind: spanKind.client, attributes: { 'db.system.name': 'postgresql', 'db.operation.name': 'transaction' } })

  const cameBySocket = named('vote', ({ parentSpanId = '' }) => parentSpanId === '')
  t.equal(cameBySocket.length, sockets.length, 'a vote of a frame begins a trace')
  const batches = named('vote batch')
  t.equal(batches.reduce((sum, { attributes }) => sum + Number(attributes['plenum.vote.batch_size']), 0), sockets.length + 2)
  t.ok(batches.some(({ links }) => links.length > 1), 'votes share a batch')
  for (const one of cameBySocket) {
    const [shared, ...others] = batches.filter(({ links }) => links.some((link) => link.spanId === one.spanId))
    t.strictSame(others, [])
    t.match(one, { links: [{ traceId: shared?.traceId, spanId: shared?.spanId }], attributes: { 'plenum.vote.outcome': 'recorded' } }, 'the vote and its batch lead to each other')
  }
  t.match(named('vote', ({ attributes }) => attributes['plenum.vote.outcome'] === 'already_voted'), [{ status: { code: 0 } }], 'a refusal is an outcome, not a failure')

  const [created] = named('POST /api/v1/polls')
  t.match(partsOf(created).filter(({ kind }) => kind === spanKind.client), [{ attributes: { 'db.system.name': 'postgresql' } }])
  t.ok(spans.some(({ name, kind, attributes }) => name === 'SELECT' && kind === spanKind.client && /^select .*\$1/i.test(String(attributes['db.query.text']))))
  t.match(named('GET'), [{ attributes: { 'http.route': undefined, 'url.path': undefined } }], 'a path that is no route is not told')
  t.match(collector.service(), { 'service.name': 'plenum', 'service.instance.id': /^[0-9a-f-]{36}$/ })
  const { email, password, name } = host.credentials
  for (const secret of [email, password, `"${name}"`, host.accessToken, host.refreshToken, voter.voterToken, voter.voterId, answer.text, 'Everybody', poll.question, code, 'token=']) {
    t.notOk(collector.text().includes(secret), secret)
  }
})

t.test('a collector that hangs delays no vote, and the end by two seconds', async (t) => {
  const collector = await startCollector(t, () => {})
  const { url, close } = await startServer(t, { DATABASE_URL, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` })
  const { id } = await (await registerHost(url)).openPoll({ revote: 'change' })
  const { socket, vote } = await connectSocket(t, url)
  // More spans than one export takes.
  await Promise.all(Array.from({ length: 20 }, async (_, at) => await vote(id, 1 + at % 2)))
  t.match(await vote(id, 1), { ok: true })
  socket.disconnect()
  const startedAt = performance.now()
  await close()
  t.equal(collector.spans().length > 0, true, 'it was sent something')
  // The exporter itself would wait for ten.
  t.ok(performance.now() - startedAt < 8000, 'it ends all the same')
})

t.test('that traces cannot be sent is said once, and again when they could be in between', async (t) => {
  let status = 400
  const said: string[] = []
  const collector = await startCollector(t, (reply) => { reply.writeHead(status).end('a body of the collector') })
  const tracing = await startTracing({ url: `${collector.url}/v1/traces`, instanceId: 'one', onTrouble: (sentence, reason) => { said.push(`${sentence}: ${reason}`) } })
  const exportBatch = async (times: number) => {
    for (let count = 0; count < 512; count += 1) tracing?.start('work', {}).end()
    await collector.untilSentTo(times)
  }
  await exportBatch(1)
  await exportBatch(2)
  status = 200
  await exportBatch(3)
  status = 400
  await exportBatch(4)
  await tracing?.stop()
  t.match(said, [/^traces cannot be sent; .*: Bad Request$/, /^traces cannot be sent/])
  t.equal(said.length, 2)
})

t.test('an answer and each log line of its request have the same id, and those of the trace when there is one', async (t) => {
  const collector = await startCollector(t)
  const tracing = await startTracing({ url: `${collector.url}/v1/traces`, instanceId: 'one', onTrouble: () => {} })
  t.teardown(async () => { await tracing?.stop() })
  for (const spans of [undefined, tracing && createRequestSpans(tracing)]) {
    const lines: Record<string, unknown>[] = []
    const app = await createHttpServer({
      logger: pino({}, { write: (line) => { lines.push(JSON.parse(line)) } }), spans, isProxy: () => false, isSecure: false, isAllowedOrigin: () => true, corsOrigins: []
    })
    t.teardown(async () => { await app.close() })
    app.post('/broken', async (_request, reply) => {
      // Fastify warns of the second one by itself.
      void reply.code(500).send('one')
      await reply.send('two')
    })
    app.get('/failing', async () => { throw new Error('it does not work') })
    await app.ready()
    const failed = await app.inject({ url: '/failing', headers: { traceparent } })
    const broken = await app.inject({ url: '/broken', method: 'POST', payload: {}, headers: { traceparent } })
    const ofTrace = spans === undefined ? { trace_id: undefined, span_id: undefined } : { trace_id: traceId, span_id: /^(?!00f067aa0ba902b7)[0-9a-f]{16}$/ }
    t.match(lines, [{ msg: 'a request failed', requestId: failed.json().requestId, ...ofTrace }, { requestId: broken.headers['x-request-id'], ...ofTrace }])
    t.equal(failed.headers['x-request-id'], failed.json().requestId)
    t.not(broken.headers['x-request-id'], failed.headers['x-request-id'])
  }
})
