import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { drawBars } from '../../scripts/cli/bars.ts'
import { runCommand } from '../../scripts/cli/run-command.ts'
import { followPoll } from '../../server/client/feed-client.ts'
import { createHttpClient } from '../../server/client/http-client.ts'
import { UnreachableError } from '../../server/client/requester.ts'
import { connectSocketClient } from '../../server/client/socket-client.ts'
import type { NewPoll, PollKind } from '../../server/protocol/poll.ts'
import { findFreePort } from '../helpers/child-process.ts'
import { registerHost } from '../helpers/clients.ts'
import { createTestDatabase } from '../helpers/database.ts'
import { startServer } from '../helpers/server.ts'

const { url } = await startServer(t)
const host = await registerHost(url)
const client = createHttpClient({ baseUrl: url, token: host.accessToken })

interface Given { input?: string, env?: Record<string, string>, isTTY?: boolean }

/** Runs a command to its end, as a host of this server unless the environment says otherwise. */
async function plenum (args: string[], { input = '', env = {}, isTTY = false }: Given = {}) {
  const [out, err] = [Object.assign(new PassThrough(), { isTTY, columns: 60 }), new PassThrough()]
  const [stdout, stderr, code] = await Promise.all([text(out), text(err), runCommand(args, {
    environment: { PLENUM_URL: url, PLENUM_TOKEN: host.accessToken, ...env }, stdin: Readable.from([input]), stdout: out, stderr: err, signal: new AbortController().signal
  }).finally(() => { out.end(); err.end() })])
  return { code, stdout, stderr, lines: stdout.trimEnd().split('\n') }
}

t.test('the process exits with 0, 1 or 2', async (t) => {
  const poll = await host.openPoll()
  const program = fileURLToPath(new URL('../../scripts/cli/main.js', import.meta.url))
  const exitOf = async (...args: string[]) => {
    const child = spawn(process.execPath, [program, ...args], { env: { PLENUM_URL: url, PLENUM_TOKEN: host.accessToken }, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr }
  }
  const [closed, refused, misused] = await Promise.all([exitOf('close', poll.id), exitOf('close', 'x'), exitOf('close')])
  t.match(closed, { code: 0, stdout: 'closed  Shall we?\n', stderr: '' })
  t.match(refused, { code: 1, stdout: '', stderr: /poll_not_found/ })
  t.match(misused, { code: 2, stdout: '', stderr: /POLL is missing/ })
})

t.test('create, open, vote and close run a whole poll, for people', async (t) => {
  const created = await plenum(['create', 'Lunch?', '--option', 'Pizza', '--option', 'Salad', '--open', '--revote', 'change'])
  t.equal(created.stderr, '')
  t.equal(created.code, 0)
  const [, pollId = ''] = /^poll {5}([0-9a-f-]{36})$/m.exec(created.stdout) ?? []
  t.match(created.stdout, /^status {3}open$/m)
  const [, code = ''] = /^code {5}(\w{6})$/m.exec(created.stdout) ?? []
  t.match(created.stdout, `${url}/j/${code}`)
  t.equal((await client.rooms.find(code)).currentPollId, pollId, 'it is on the screens of its room')

  const voted = await plenum(['vote', pollId, 'salad'])
  t.match(voted.stdout, /^recorded at version \d+\nvoter {4}\S+\n$/)
  const voterToken = voted.lines[1]?.replace(/^voter +/, '') ?? ''
  const again = await plenum(['vote', pollId, '1', '--voter', voterToken, '--json'])
  t.match(JSON.parse(again.stdout), { receipt: { status: 'changed' }, voterToken })
  t.match((await client.polls.results(pollId)), { voters: 1, counts: { 1: 1, 2: 0 } })

  t.match(await plenum(['close', pollId]), { code: 0, stdout: 'closed  Lunch?\n' })
  t.match(await plenum(['vote', pollId, '1']), { code: 1, stdout: '', stderr: /poll_closed/ })
  t.match(await plenum(['open', pollId, '--json']), { code: 0 })
  t.equal((await client.polls.read(pollId)).status, 'open')
})

t.test('polls without options are answered by numbers and words', async (t) => {
  for (const [kind, choices, counts] of [['rating', ['4'], { 4: 1 }], ['number', ['42'], { 42: 1 }], ['words', ['Calm', 'open air'], { calm: 1, 'open air': 1 }], ['text', ['Why', 'not?'], {}]] as const) {
    const created = await plenum(['create', 'And?', '--kind', kind, '--open', '--json'])
    const { poll: { id } } = JSON.parse(created.stdout)
    t.match(await plenum(['vote', id, ...choices]), { code: 0, stdout: /^recorded/ }, kind)
    t.match(await client.polls.results(id), { voters: 1, counts })
  }
})

t.test('create - reads a poll as JSON from the standard input', async (t) => {
  const poll = { kind: 'multiple', question: 'Which?', options: [{ label: 'A' }, { label: 'B' }, { label: 'C' }], maxChoices: 2 }
  const { code, stdout } = await plenum(['create', '-', '--json'], { input: JSON.stringify(poll) })
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { poll: { kind: 'multiple', maxChoices: 2, status: 'draft' }, code: /^\w{6}$/, address: /\/j\// })
  t.match(await plenum(['create', '-'], { input: '{' }), { code: 2, stderr: /not JSON/ })
  t.match(await plenum(['create', '-'], { input: JSON.stringify({ ...poll, owner: 1 }) }), { code: 2, stderr: /not valid/ })
  t.match(await plenum(['create', '-', '--option', 'A'], { input: JSON.stringify(poll) }), { code: 2, stderr: /standard input/ })
})

t.test('[O4] arguments that are not valid exit with 2, refusals with 1 and their code', async (t) => {
  const poll = await host.openPoll()
  for (const [args, says] of [
    [[], /Usage/], [['nope'], /no command "nope"/], [['open'], /POLL is missing/], [['open', 'a', 'b'], /more than one/], [['open', '--force', 'a'], /--force/],
    [['create', 'Why?', '--option', 'A'], /two options/], [['create', 'Why?', '--option', 'A', '--option', 'B', '--kind', 'none'], /single, multiple/],
    [['seed', poll.id, '--voters', '0'], /1 to 5000/], [['doctor', 'x'], /no argument/], [['watch', poll.id, '--url', 'ftp://x'], /--url/], [['vote', poll.id], /CHOICE/]
  ] as Array<[string[], RegExp]>) t.match(await plenum(args), { code: 2, stdout: '', stderr: says }, args.join(' '))

  t.match(await plenum(['vote', poll.id, 'Perhaps']), { code: 1, stderr: /no option "Perhaps"; there are 1 Yes, 2 No/ })
  t.match(await plenum(['open', 'x']), { code: 1, stderr: /poll_not_found/ })
  t.match(await plenum(['open', poll.id], { env: { PLENUM_TOKEN: '' } }), { code: 1, stderr: /unauthenticated.*--token/ })
  const refused = await plenum(['open', poll.id, '--json', '--token', 'x'])
  t.match(JSON.parse(refused.stderr), { error: { code: 'unauthenticated', status: 401 } })
  t.match(await plenum(['open', poll.id, '--url', 'http://127.0.0.1:9']), { code: 1, stderr: /cannot be reached/ })
  for (const name of ['create', 'open', 'close', 'watch', 'vote', 'export', 'codes', 'seed', 'doctor']) {
    t.match(await plenum([name, '--help']), { code: 0, stderr: '', stdout: new RegExp(`^Usage: plenum ${name} `) })
  }
})

t.test('watch prints each message once and ends when the results are final', async (t) => {
  const poll = await host.openPoll()
  const [json, plain, colored, plainBars] = [
    plenum(['watch', poll.id, '--json']), plenum(['watch', poll.id]), plenum(['watch', poll.id], { isTTY: true }), plenum(['watch', poll.id], { isTTY: true, env: { NO_COLOR: '1' } })
  ]
  await plenum(['seed', poll.id, '--voters', '20', '--seconds', '1'])
  await host.command(poll.id, 'close')
  const messages = (await json).lines.map((line) => JSON.parse(line))
  t.match(messages.at(-1), { type: 'results', data: { final: true, voters: 20 } })
  const versions = messages.filter(({ type }) => type === 'results').map(({ data }) => data.version)
  t.strictSame(versions, Array.from(new Set(versions)).sort((a, b) => a - b), 'versions only rise')
  t.match(await plain, { code: 0 })
  t.match((await plain).lines.at(-1), /^final, version \d+, 20 voters: Yes \d+, No \d+$/)
  t.match((await colored).stdout, '\u001b[36m█')
  t.match((await plainBars).stdout, '\u001b[4A\u001b[0J', 'in a terminal they move')
  t.notMatch((await plainBars).stdout, /\[\d+m/, 'NO_COLOR has no colours')

  const hidden = await host.openPoll({ resultsVisibility: 'hosts' })
  await host.command(hidden.id, 'close')
  t.match(await plenum(['watch', hidden.id], { env: { PLENUM_TOKEN: '' } }), { code: 0, stdout: 'closed: the results are hidden\n' })
  t.match(await plenum(['watch', hidden.id]), { code: 0, stdout: /^final/ }, 'the host sees them')
})

t.test('[R3] the feed client connects again after a restart and goes on at a higher version', async (t) => {
  const environment = { DATABASE_URL: await createTestDatabase(t), PORT: String(await findFreePort()) }
  const first = await startServer(t, environment)
  const owner = await registerHost(first.url)
  const poll = await owner.openPoll()
  const baseUrl = `http://127.0.0.1:${environment.PORT}`
  const ending = new AbortController()
  t.teardown(() => { ending.abort() })
  const lost: Error[] = []
  const feed = followPoll({ baseUrl, pollId: poll.id, signal: ending.signal, onLost: (error) => { lost.push(error) } })
  t.match((await feed.next()).value, { type: 'poll', data: { id: poll.id } })
  t.match((await feed.next()).value, { type: 'results', data: { voters: 0 } })
  await first.close()
  const next = feed.next()
  await startServer(t, environment)
  t.match((await next).value, { type: 'poll', data: { id: poll.id } })
  t.ok(lost.length > 0)
  await t.rejects(followPoll({ baseUrl, pollId: 'x', signal: ending.signal }).next(), { code: 'poll_not_found' }, 'what is refused for good is thrown')
})

t.test('doctor tells what works, and exits with 1 when something does not', async (t) => {
  const healthy = await plenum(['doctor'])
  t.equal(healthy.code, 0, healthy.stdout)
  t.strictSame(healthy.lines.map((line) => line.split(/ +/).slice(0, 2).join(' ')), ['server', 'database', 'redis', 'websocket', 'polling', 'feed', 'feed-ws', 'clock', 'origin'].map((name) => `ok ${name}`))

  await host.openPoll()
  t.match((await plenum(['doctor'])).stdout, /^ok +feed-ws +the upgrade passes$/m)
  t.match((await plenum(['doctor'], { env: { PLENUM_TOKEN: '' } })).stdout, /^ok +feed-ws +it is reached; with a poll/m)

  const { url: elsewhere } = await startServer(t, { PUBLIC_URL: 'https://polls.example.org' })
  const wrongOrigin = await plenum(['doctor', '--json', '--url', elsewhere])
  t.equal(wrongOrigin.code, 1)
  const findings = wrongOrigin.lines.map((line) => JSON.parse(line))
  t.match(findings.filter(({ ok }) => ok === false), [{ check: 'origin', says: /PUBLIC_URL/ }])

  t.match(await plenum(['doctor', '--url', 'http://127.0.0.1:9']), { code: 1, stdout: /FAILED server/, stderr: /9 of 9 checks failed/ })
})

t.test('seed answers polls of every kind', async (t) => {
  const options = ['A', 'B', 'C'].map((label) => ({ label }))
  const polls: Record<PollKind, Partial<NewPoll>> = {
    single: { options },
    multiple: { options, minChoices: 2 },
    rating: { scale: { min: -2, max: 2 } },
    ranking: { options },
    number: { range: { min: null, max: -5, step: 2.5 } },
    text: {},
    words: { minChoices: 2, maxChoices: 3 }
  }
  await Promise.all(Object.entries(polls).map(async ([kind, settings]) => {
    const poll = await host.openPoll({ options: [], kind: kind as PollKind, ...settings })
    t.match(await plenum(['seed', poll.id, '--voters', '20', '--seconds', '1', '--json']), { code: 0, stderr: '', stdout: '{"voted":20,"failed":0}' }, kind)
    t.match((await host.results(poll.id)).body, { voters: 20 }, kind)
  }))
})

t.test('codes writes new codes of a room, and who redeems one is its voter', async (t) => {
  const room = await client.rooms.create({ title: 'Assembly', access: 'codes' })
  const csv = await plenum(['codes', room.id, '--count', '3'])
  t.match({ code: csv.code, stderr: csv.stderr, lines: csv.lines.length }, { code: 0, stderr: '', lines: 4 })
  const [, accessCode = ''] = /#code=([\w-]{14})/.exec(csv.stdout) ?? []
  const voter = await createHttpClient({ baseUrl: url }).voters.redeem(room.code, accessCode)
  const poll = await host.openPoll({ roomId: room.id })
  t.match(await plenum(['vote', poll.id, 'yes', '--voter', voter.voterToken]), { code: 0 })
  t.match(await plenum(['vote', poll.id, 'yes']), { code: 1, stderr: /access code/ })
  await client.rooms.revokeCode(room.id, voter.voterId)
  t.match(await plenum(['vote', poll.id, 'no', '--voter', voter.voterToken]), { code: 1, stderr: /revoked/ })
  t.match((await plenum(['codes', room.id, '--count', '1', '--format', 'html'])).stdout, /^<!doctype html>/)
  t.match(await plenum(['codes', room.id, '--count', '5001']), { code: 2 })
})

t.test('export writes the results of a poll, or why it cannot', async (t) => {
  const poll = await host.openPoll()
  const exported = await plenum(['export', poll.id, '--format', 'json'])
  t.match(exported, { code: 0, stderr: '' })
  t.match(JSON.parse(exported.stdout), (await host.call<object>('GET', `/polls/${poll.id}/export?format=json&what=results`)).body)
  t.match(await plenum(['export', randomUUID()]), { code: 1, stdout: '', stderr: /no such poll/i })
})

t.test('[O4] an export that cannot be written exits with 1, one whose reader has seen enough with 0', async (t) => {
  const poll = await host.openPoll()
  const program = fileURLToPath(new URL('../../scripts/cli/main.js', import.meta.url))
  const exportTo = async (stdout: 'pipe' | number) => {
    const child = spawn(process.execPath, [program, 'export', poll.id], { env: { PLENUM_URL: url, PLENUM_TOKEN: host.accessToken }, stdio: ['ignore', stdout, 'pipe'] })
    child.stdout?.destroy()
    const stderr = child.stderr === null ? '' : await text(child.stderr)
    if (child.exitCode === null) await once(child, 'exit')
    return { code: child.exitCode, stderr }
  }
  const full = openSync('/dev/full', 'w')
  t.teardown(() => { closeSync(full) })
  t.match(await exportTo(full), { code: 1, stderr: /^plenum.*ENOSPC/ })
  t.same(await exportTo('pipe'), { code: 0, stderr: '' })
})

t.test('bars are as long as their share, and what people wrote does not steer the terminal', (t) => {
  const poll = { question: 'A \u001b[31mred\u001b[0m one?', status: 'open', options: [{ id: 1, label: 'Yes' }, { id: 2, label: 'No' }] } as Parameters<typeof drawBars>[0]
  const results = { final: false, status: 'open', voters: 4, version: 7, counts: { 1: 3, 2: 1 } } as unknown as Parameters<typeof drawBars>[1]
  const lines = drawBars(poll, results, { columns: 41, hasColor: false })
  t.strictSame(lines, ['A red one?', `Yes ${'█'.repeat(15)}           3   75 %`, `No  ${'█'.repeat(5)}                     1   25 %`, 'open, 4 voters, version 7'])
  t.match(drawBars(poll, results, { columns: 41, hasColor: true })[1], '\u001b[36m')
  t.strictSame(drawBars(poll, undefined, { columns: 41, hasColor: false }).at(-1), 'open, the results are hidden')
  t.end()
})

t.test('the typed client throws refusals by code, and tells them from servers that cannot be reached', async (t) => {
  const poll = await host.createPoll()
  const edited = await client.polls.edit(poll.id, { question: 'Better?' }, poll.revision)
  await t.rejects(client.polls.edit(poll.id, { question: 'Worse?' }, poll.revision), { name: 'PlenumError', code: 'stale_revision', status: 412 })
  await t.rejects(client.polls.create({ kind: 'single', question: '', options: [{ label: 'A' }, { label: 'B' }] }), { code: 'validation_failed', errors: [{ pointer: '/question' }] })
  t.match(await client.polls.list({ roomId: poll.roomId, limit: 1 }), { items: [{ id: poll.id, question: 'Better?' }], nextCursor: null })
  await client.polls.delete(poll.id, edited.revision)
  await t.rejects(client.polls.read(poll.id), { code: 'poll_not_found' })
  t.match(await client.auth.me(), { id: host.user.id })

  const silent = createServer((request, response) => { if (request.url === '/api/v1/me') response.end('<html>') }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => { silent.closeAllConnections(); silent.close() })
  const address = silent.address()
  const strange = createHttpClient({ baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, timeoutMs: 200 })
  await t.rejects(strange.auth.me(), { name: 'UnreachableError', message: /like Plenum/ })
  await t.rejects(strange.rooms.list(), { name: 'UnreachableError', message: /within 200 ms/ })
  await t.rejects(connectSocketClient({ baseUrl: url, voterToken: 'x' }), { code: 'unauthenticated' })
  const socket = await connectSocketClient({ baseUrl: url })
  await t.rejects(socket.call('poll:join', { pollId: 'x' }), { code: 'poll_not_found' })
  socket.close()
  await t.rejects(socket.call('poll:leave', { pollId: 'x' }), UnreachableError)
})
