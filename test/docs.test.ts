import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { mutants } from '../scripts/mutants/mutants-of-plenum.ts'
import { applyEdits } from '../scripts/mutants/mutated-build.ts'
import { Environment } from '../server/config.ts'
import { problems } from '../server/protocol/problem.ts'
import { removeFolder, trackFolder } from './helpers/child-process.ts'
import { registerHost, request } from './helpers/clients.ts'
import { startServer } from './helpers/server.ts'
import { skipUnless } from './helpers/services.ts'

const root = process.cwd()
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')
const needsDatabase = skipUnless('TEST_DATABASE_URL')
const needsCurl = needsDatabase || (spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed')

const defaults = Object.fromEntries(Object.entries(Environment.properties).map(([name, schema]) => {
  return [name, 'default' in schema ? String(schema.default) : '']
}))

/** The rows of the README's table with this header, as cells. */
function readTable (header: string): string[][] {
  const [, below = ''] = readme.split(`\n| ${header} |\n`)
  const lines = below.split('\n')
  const rows = lines.slice(1, lines.findIndex((line) => !line.startsWith('|')))
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()))
}

function codesOf (cell: string | undefined): string[] {
  return Array.from((cell ?? '').matchAll(/`([^`]+)`/g), ([, code]) => code ?? '')
}

/** The README's first block of this language that contains `mark`. */
function readBlock (language: string, mark: string): string {
  const blocks = Array.from(readme.matchAll(/```(\w+)\n(.*?)```/gs))
  const found = blocks.find(([, itsLanguage, text]) => itsLanguage === language && text?.includes(mark))
  if (found?.[2] === undefined) throw new Error(`the README has no ${language} block with ${mark}`)
  return found[2]
}

/** A program of the README in a folder below this project's, so that it finds the project's packages. */
function saveProgram (t: Test, name: string, text: string): string {
  mkdirSync(join(root, '.tap'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tap/docs-test-'))
  trackFolder(folder)
  t.teardown(() => { removeFolder(folder) })
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Runs a program until a line of its output fits, or ten seconds have passed; returns all lines so far. */
async function runUntil (t: Test, args: string[], fits: (line: string) => boolean): Promise<string[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 })
  t.teardown(() => { child.kill('SIGKILL') })
  child.stderr.on('data', (chunk: Buffer) => { t.comment(chunk.toString()) })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (fits(line)) break
  }
  child.kill('SIGKILL')
  return lines
}

t.test('the README lists every setting with its default', async (t) => {
  const rows = readTable('variable | default | meaning')
  t.strictSame(Object.fromEntries(rows.map(([name, value]) => [codesOf(name)[0], codesOf(value)[0] ?? ''])), defaults)
})

t.test('.env.example lists every setting, commented out where there is a default', async (t) => {
  const lines = read('.env.example').split('\n').map((line) => /^(# )?([A-Z_]+)=(.*)$/.exec(line)).filter((match) => match !== null)
  t.strictSame(Object.fromEntries(lines.map(([, , name = '', value]) => [name, value])), defaults)
  for (const [, comment, name = ''] of lines) {
    const schema = Object.entries(Environment.properties).find(([known]) => known === name)?.[1]
    t.equal(comment !== undefined, schema !== undefined && 'default' in schema, name)
  }
})

t.test('the compose file sets known variables only, hides everything but the proxy, and insists on its secrets', async (t) => {
  const { services } = parse(read('docker-compose.yml'), { merge: true })
  const instances = Object.entries<{ environment: Record<string, string> }>(services).filter(([name]) => name.startsWith('plenum-'))
  t.equal(instances.length, 2)
  for (const [name, { environment }] of instances) {
    t.strictSame(Object.keys(environment).filter((variable) => !(variable in defaults)), [], `${name} has no unknown variable`)
    t.match(environment.SECRET_KEY, /^\$\{SECRET_KEY:\?/)
    t.match(environment.DATABASE_URL, /\$\{POSTGRES_PASSWORD:\?/)
  }
  for (const [name, service] of Object.entries<Record<string, unknown>>(services)) {
    t.equal('ports' in service, name === 'proxy', `${name} ${name === 'proxy' ? 'is' : 'is not'} published`)
    t.match(service, { read_only: true, cap_drop: ['ALL'] }, `${name} is confined`)
  }
})

t.test('every safeguard that a mutant takes out is in the sources, and the test that is to notice is there', async (t) => {
  for (const { id, edits, caughtBy } of mutants) {
    t.doesNotThrow(() => applyEdits(root, edits), id)
    t.ok(read(caughtBy.file).includes(caughtBy.test), `${id}: ${caughtBy.file} has ${caughtBy.test}`)
  }
})

t.test('the page for operators says what to do for every alert, and the chart is of this version', async (t) => {
  const { groups } = parse(read('deploy/observability/alerts.yml'))
  const alerts = groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert))
  t.ok(alerts.length > 0)
  for (const alert of alerts) t.match(read('docs/operations.md'), new RegExp(`\\(alert ${alert}\\)|\\(${alert}\\)`), alert)
  t.equal(parse(read('deploy/chart/Chart.yaml')).appVersion, JSON.parse(read('package.json')).version)
})

t.test('the README lists every error code with its status', async (t) => {
  const listed = readTable('status | codes').flatMap(([status = '', codes]) => {
    const statuses = status.split(', ').map(Number)
    return codesOf(codes).filter((code) => code in problems).map((code) => ({ code, statuses }))
  })
  t.strictSame(listed.map(({ code }) => code).sort(), Object.keys(problems).sort())
  for (const { code, statuses } of listed) {
    t.ok(statuses.some((status) => Object.entries(problems).some(([known, [itsStatus]]) => known === code && itsStatus === status)), code)
  }
})

t.test('the README lists every call of the OpenAPI description', { skip: needsDatabase }, async (t) => {
  const { url } = await startServer(t)
  const { body } = await request<{ paths: Record<string, object> }>(url, 'GET', '/api/openapi.json')
  const described = Object.entries(body.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  const listed = readTable('call | by | does').flatMap(([calls]) => codesOf(calls)).map((call) => {
    return /^GET \/(livez|readyz)$/.test(call) ? call : call.replace(' ', ' /api/v1')
  })
  t.strictSame(listed.sort(), described.sort())
})

t.test('the README\'s session with curl works as it is written', { skip: needsCurl }, async (t) => {
  const { url } = await startServer(t)
  const session = readBlock('sh', 'auth/register').replace('http://localhost:3000', url)
  const feed = readBlock('sh', 'text/event-stream').replace('-sN', '-sN --max-time 1')
  const graphql = readBlock('sh', '/graphql').replace('http://localhost:3000', url)
  const { stdout } = await promisify(execFile)('bash', ['-c', `${session}\necho\n${graphql}\necho\n${feed}\ntrue`], { timeout: 20_000 })
  t.match(stdout, /^The code of the room: [A-Z0-9]{6}$/m)
  t.match(stdout, /"status":"recorded"/)
  t.match(stdout, /"voters":1,"counts":\{"1":1,"2":0\}/)
  t.match(stdout, /"myVote":\{"choices":\[1\]\},"results":\{"version":\d+,"voters":1,"counts":\{"1":1,"2":0\}\}/)
  t.match(stdout, /^id: \d+\ndata: \{"type":"results"/m)
})

t.test('the README\'s socket client and feed reader work as they are written', { skip: needsDatabase }, async (t) => {
  const { url } = await startServer(t)
  const host = await registerHost(url)
  const poll = await host.openPoll()
  const client = saveProgram(t, 'vote.mjs', readBlock('js', 'room:join'))
  // The receipt and the results come in one packet at times, and then either line may be the first.
  const expected = [/recorded/, /^version \d+, 1 voters: \{ '1': 1, '2': 0 \}/]
  const missing = new Set(expected)
  await runUntil(t, [client, await host.codeOf(poll), url], (line) => {
    for (const pattern of missing) if (pattern.test(line)) missing.delete(pattern)
    return missing.size === 0
  })
  t.equal(missing.size, 0, 'the receipt and the results were printed')

  const reader = saveProgram(t, 'feed.mjs', readBlock('js', 'new WebSocket'))
  const messages = await runUntil(t, ['--experimental-websocket', reader, poll.id, url.replace('http', 'ws')], (line) => line.includes('type: \'results\''))
  t.match(messages.join('\n'), /type: 'poll'/)
  t.match(messages.at(-1), /type: 'results'/)
})
