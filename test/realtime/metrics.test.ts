import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { findFreePort, waitUntil } from '../helpers/child-process.ts'
import { connectSocket, createVoter, registerHost, request, voteOverHttp } from '../helpers/clients.ts'
import { startPrometheus } from '../helpers/prometheus.ts'
import { startServer } from '../helpers/server.ts'
import { skipUnless } from '../helpers/services.ts'

const server = await startServer(t, { METRICS_PORT: '0' })
const metricsUrl = `http://127.0.0.1:${server.metricsPort}`
const host = await registerHost(server.url)

/** Reads all metrics; a sample that is not there is 0. */
async function scrape () {
  const { status, headers, body: text } = await request<string>(metricsUrl, 'GET', '/metrics')
  t.match({ status, type: headers.get('content-type') }, { status: 200, type: /^text\/plain; version=0\.0\.4/ })
  const samples = new Map(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const at = line.lastIndexOf(' ')
    return [line.slice(0, at), Number(line.slice(at + 1))]
  }))
  return { text, read: (sample: string) => samples.get(sample) ?? 0 }
}

t.test('votes are counted by what became of them, with the time that each took, over each transport', async (t) => {
  const before = await scrape()
  const [open, draft] = [await host.openPoll({ revote: 'change' }), await host.createPoll()]
  const socket = await connectSocket(t, server.url)
  await socket.joinPoll(open.id)
  t.match(await socket.vote(open.id, 1), { ok: true })
  t.match(await socket.vote(open.id, 2), { ok: true })
  t.match(await socket.vote(open.id, 2), { ok: true, data: { status: 'unchanged' } })
  t.match(await socket.vote(open.id, 9), { ok: false, error: { code: 'option_invalid' } })
  const { voterToken } = await createVoter(server.url)
  t.equal((await voteOverHttp(server.url, voterToken, open.id, { choices: [1] })).status, 200)
  t.equal((await voteOverHttp(server.url, voterToken, draft.id, { choices: [1] })).status, 404)
  await socket.resultsWhere(({ voters }) => voters === 2)

  const after = await scrape()
  const more = (sample: string) => after.read(sample) - before.read(sample)
  t.same(['recorded', 'changed', 'unchanged', 'option_invalid', 'poll_not_found'].map((result) => more(`plenum_votes_total{result="${result}"}`)), [2, 1, 1, 1, 1])
  t.equal(more('plenum_vote_ack_duration_seconds_count'), 6)
  t.same(['10', '+Inf'].map((bound) => more(`plenum_vote_ack_duration_seconds_bucket{le="${bound}"}`)), [6, 6], 'each bound counts what is below it, too')
  t.ok(more('plenum_vote_ack_duration_seconds_sum') > 0 && more('plenum_vote_ack_duration_seconds_sum') < 60)
  t.equal(more('plenum_vote_batch_size_bucket{le="1"}'), more('plenum_vote_batch_size_count'), 'whoever votes alone is committed alone')
  t.equal(after.read('plenum_votes_waiting'), 0)
  t.ok(more('plenum_broadcast_duration_seconds_count') >= 1)
  t.ok(more('plenum_results_lag_seconds_sum') >= more('plenum_broadcast_duration_seconds_sum'))
  t.match(after.text, /^# TYPE plenum_vote_ack_duration_seconds histogram$/m)
})

t.test('connections are counted by role, and by the reason for which they ended', async (t) => {
  const poll = await host.openPoll()
  const before = await scrape()
  const [one, two] = [await connectSocket(t, server.url), await connectSocket(t, server.url)]
  await connectSocket(t, server.url, { auth: { accessToken: host.accessToken } })
  const aborted = new AbortController()
  const feed = await fetch(`${server.url}/api/v1/polls/${poll.id}/live`, { headers: { accept: 'text/event-stream' }, signal: aborted.signal })
  t.equal(feed.status, 200)
  const there = await scrape()
  t.same(['audience', 'host', 'feed'].map((role) => there.read(`plenum_sockets{role="${role}"}`) - before.read(`plenum_sockets{role="${role}"}`)), [2, 1, 1])

  one.socket.disconnect()
  two.socket.io.engine.close()
  aborted.abort()
  await waitUntil(async () => (await scrape()).read('plenum_sockets{role="feed"}') === before.read('plenum_sockets{role="feed"}'), 15_000, () => 'the feed is still counted')
  await waitUntil(async () => {
    const after = await scrape()
    return ['client namespace disconnect', 'transport close'].every((reason) => after.read(`plenum_socket_disconnects_total{reason="${reason}"}`) > before.read(`plenum_socket_disconnects_total{reason="${reason}"}`))
  }, 15_000, () => 'the ends are not counted')
})

t.test('what memory could answer is counted, and reads that were answered 304', async (t) => {
  const poll = await host.openPoll()
  const path = `/api/v1/polls/${poll.id}/results`
  const before = await scrape()
  t.match(before.text, /^process_cpu_seconds_total \d/m)
  const { headers } = await request(server.url, 'GET', path)
  t.equal((await request(server.url, 'GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status, 304)
  t.equal((await request(server.url, 'GET', `/api/v1/polls/${poll.id}`, { headers: { 'if-none-match': `"${poll.revision}"` } })).status, 304)
  t.equal((await request(server.url, 'GET', '/api/v1/polls/01900000-0000-7000-8000-000000000000')).status, 404)
  const after = await scrape()
  t.same(
    ['plenum_board_reads_total{result="hit"}', 'plenum_board_reads_total{result="miss"}', 'plenum_http_not_modified_total'].map((sample) => after.read(sample) - before.read(sample)),
    [3, 1, 2]
  )
})

t.test('[R6] no metric names a poll, a room or a person, and they are on a port of their own', async (t) => {
  const poll = await host.openPoll()
  const { voterId, voterToken } = await createVoter(server.url)
  await voteOverHttp(server.url, voterToken, poll.id, { choices: [1] })
  t.notMatch((await scrape()).text, new RegExp(`${poll.id}|${poll.roomId}|${voterId}`))

  t.equal((await request(metricsUrl, 'GET', '/')).status, 404)
  t.equal((await request(metricsUrl, 'POST', '/metrics')).status, 405)
  t.equal((await request(server.url, 'GET', '/metrics')).status, 404, 'the port of everybody has none')
  t.equal((await startServer(t)).metricsPort, undefined, 'off unless told otherwise')
  const closed = await startServer(t, { METRICS_PORT: '0' })
  await closed.close()
  await t.rejects(request(`http://127.0.0.1:${closed.metricsPort}`, 'GET', '/metrics'), 'it is closed with the server')
})

t.test('every query of the dashboard has data, and every alert is understood', { skip: skipUnless('TEST_REDIS_URL') || skipUnless('PROMETHEUS_PATH') }, async (t) => {
  const folder = resolve('deploy/observability')
  const dashboard: { panels: { title: string, targets: { expr: string }[] }[] } = JSON.parse(readFileSync(join(folder, 'grafana/plenum.json'), 'utf8'))
  const metricsPort = await findFreePort()
  const { url } = await startServer(t, { METRICS_PORT: String(metricsPort), REDIS_URL: process.env.TEST_REDIS_URL ?? '' })
  const poll = await (await registerHost(url)).openPoll({ revote: 'change' })
  const prometheus = await startPrometheus(t, folder, readFileSync(join(folder, 'prometheus.yml'), 'utf8'), `127.0.0.1:${metricsPort}`)
  const voter = await connectSocket(t, url)
  await voter.joinPoll(poll.id)

  const isSilent = async (expr: string): Promise<boolean> => {
    const samples = await prometheus.query(expr.replaceAll('$__rate_interval', '20s'))
    return samples.length === 0 || samples.some(({ value: [, value] }) => Number.isNaN(Number(value)))
  }
  const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))
  t.ok(queries.length >= 12)
  let silent = queries
  let votes = 0
  await waitUntil(async () => {
    // As a hall would: people vote, come and go.
    votes += 1
    await voter.vote(poll.id, 1 + votes % 2)
    const guest = await connectSocket(t, url)
    await guest.joinPoll(poll.id)
    guest.socket.disconnect()
    const answers = await Promise.all(queries.map(async (query) => ({ query, isSilent: await isSilent(query.expr) })))
    silent = answers.filter((answer) => answer.isSilent).map(({ query }) => query)
    return silent.length === 0
  }, 30_000, () => `no data: ${JSON.stringify(silent)}`)
  t.same(silent, [])

  const { groups } = await prometheus.get<{ groups: { rules: { name: string, health: string, state: string }[] }[] }>('rules')
  const rules = groups.flatMap((group) => group.rules)
  t.ok(rules.length >= 5)
  // A loop that others keep from the cores is slow; it would have to be so for minutes.
  for (const { name, health, state } of rules) t.match({ name, health, state }, { health: 'ok', state: name === 'PlenumEventLoopSlow' ? /inactive|pending/ : 'inactive' }, `${name} is silent on a healthy server`)
})
