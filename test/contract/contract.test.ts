import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv } from 'ajv'
import t from 'tap'
import { clientEvents, serverEvents } from '../../server/protocol/events.ts'
import { Poll, Results } from '../../server/protocol/poll.ts'
import { removeFolder, trackFolder } from '../helpers/child-process.ts'
import { registerHost, request } from '../helpers/clients.ts'
import { checkAnswer } from '../helpers/contract-check.ts'
import { startServer } from '../helpers/server.ts'

const run = promisify(execFile)
const root = process.cwd()
const tool = (path: string) => join(root, 'node_modules', path)
const { url } = await startServer(t)

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  requestBody?: { content: Record<string, { schema: object, example?: unknown }> }
  responses: Record<string, { headers?: object, content?: Record<string, { schema: object }> }>
}
interface OpenApi { paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, object> } }

// Health checks are never refused, so they have no 4xx to describe. Every other recommended rule counts, warnings too.
const accepted = { '/openapi.json': { 'operation-4xx-response': new Set(['#/paths/~1livez/get/responses', '#/paths/~1readyz/get/responses']) } }

t.test('the OpenAPI document lints clean with the recommended rules', async (t) => {
  const { body } = await request<OpenApi>(url, 'GET', '/api/openapi.json')
  const config = await createConfig({ extends: ['recommended'] }, { ignore: accepted })
  const problems = await lintFromString({ source: JSON.stringify(body), absoluteRef: '/openapi.json', config })
  t.strictSame(problems.filter(({ ignored }) => ignored !== true).map(({ ruleId, location, message }) => `${ruleId} ${location[0]?.pointer}: ${message}`), [])

  const broken = structuredClone(body)
  Reflect.deleteProperty(broken.paths['/api/v1/polls']?.post ?? {}, 'operationId')
  const found = await lintFromString({ source: JSON.stringify(broken), absoluteRef: '/openapi.json', config })
  t.match(found.filter(({ ignored }) => ignored !== true), [{ ruleId: 'operation-operationId' }], 'and a missing operationId would be found')
})

t.test('every operation says its name, has an example for its body, and refers to schemas by name', async (t) => {
  const { body: { paths, components } } = await request<OpenApi>(url, 'GET', '/api/openapi.json')
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { operationId, summary, tags, responses }] of Object.entries(operations)) {
      t.ok([operationId, summary, tags[0]].every((text) => typeof text === 'string' && text !== ''), `${method} ${path}`)
      if (path.startsWith('/api/v1/')) t.ok(responses.default, `${method} ${path} says how any other problem looks`)
    }
  }
  const { post, get } = paths['/api/v1/polls'] ?? {}
  t.match(post?.requestBody?.content['application/json'], { schema: { $ref: '#/components/schemas/NewPoll' }, example: { kind: 'single', options: [{ label: 'Yes' }, { label: 'No' }] } })
  t.match(post?.responses['201'], { headers: { Location: Object, ETag: Object }, content: { 'application/json': { schema: { $ref: '#/components/schemas/Poll' } } } })
  t.match(get?.responses['200']?.content, { 'application/json': { schema: { properties: { items: { items: { $ref: '#/components/schemas/ListedPoll' } } } } } })
  t.match(paths['/api/v1/polls/{pollId}/vote']?.put?.responses['503'], { headers: { 'Retry-After': Object } })
  t.match(paths['/api/v1/polls/{pollId}']?.patch, { parameters: [{ name: 'pollId' }, { name: 'If-Match', required: true }] })
  t.match(components.schemas.Poll, { type: 'object', examples: [{ kind: 'single' }] })
  t.match(Poll.properties.kind, { anyOf: Array }, 'the schemas that validate were left as they are')
})

t.test('the AsyncAPI document is valid AsyncAPI 3 and names every event of the protocol', async (t) => {
  const { status, body } = await request<{
    asyncapi: string, channels: Record<string, { messages: Record<string, { name: string, payload: object }> }>, operations: Record<string, { action: string, reply?: object }>, components: { schemas: Record<string, object> }
  }>(url, 'GET', '/api/asyncapi.json')
  t.equal(status, 200)
  const official: object = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8'))
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(official)
  validate(body)
  t.strictSame(validate.errors ?? [], [])
  t.notOk(validate({ ...body, operations: { castVote: { action: 'vote' } } }), 'and an operation of another kind would be found')

  const messages = Object.values(body.channels.sockets?.messages ?? {}).map(({ name }) => name)
  t.strictSame(messages.sort(), [...Object.keys(clientEvents).flatMap((event) => [event, `${event} ack`]), ...Object.keys(serverEvents)].sort())
  const operations = Object.values(body.operations)
  t.equal(operations.filter(({ action, reply }) => action === 'receive' && reply !== undefined).length, Object.keys(clientEvents).length, 'every command has its ack')
  t.match(body.channels.sockets?.messages.results, { payload: { $ref: '#/components/schemas/Results' } })
  t.ok(body.components.schemas.Results)
  t.match(Results.properties.pollId, { format: 'uuid' }, 'the schemas that validate were left as they are')

  const references = Array.from(JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g), ([, path = '']) => path)
  const lookUp = (path: string) => path.split('/').reduce<unknown>((node, key) => typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined, body)
  t.strictSame(references.filter((path) => lookUp(path) === undefined), [], 'every reference leads somewhere')
})

t.test('the check that all tests of the API go through refuses what is not documented', async (t) => {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const check = async (method: string, path: string, status: number, body: unknown, headers: Record<string, string> = json) => {
    await checkAnswer(url, method, `/api/v1${path}`, { status, headers: new Headers(headers), body })
  }
  const page = { items: [], nextCursor: null }
  await check('GET', '/polls?limit=2', 200, page)
  await t.rejects(check('GET', '/polls', 200, { ...page, total: 0 }), /must NOT have additional properties/)
  await t.rejects(check('GET', '/polls', 200, { ...page, items: [{}] }), /must have required property/)
  await t.rejects(check('GET', '/polls', 200, page, { 'content-type': 'text/html' }), /there is no text\/html/)
  await t.rejects(check('GET', '/polls', 202, page), /there is no application\/json/)
  await t.rejects(check('GET', '/pools', 200, page), /no such operation/)
  await t.rejects(check('GET', '/polls/x', 304, '', {}), /ETag is missing/)
  await t.rejects(check('GET', '/polls', 401, { code: 'unauthenticated' }, { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' }), /required property/)
})

const program = `import createClient from 'openapi-fetch'
import type { components, paths } from './plenum.ts'

const [baseUrl = '', accessToken] = process.argv.slice(2)
const host = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${accessToken}\` } })
const anyone = createClient<paths>({ baseUrl })

function take<T> (answer: { data?: T, error?: components['schemas']['Problem'] }): T {
  if (answer.error !== undefined || answer.data === undefined) throw new Error(answer.error?.code ?? 'no answer')
  return answer.data
}

const draft: components['schemas']['NewPoll'] = { kind: 'single', question: 'Shall we?', options: [{ label: 'Yes' }, { label: 'No' }] }
const poll: components['schemas']['Poll'] = take(await host.POST('/api/v1/polls', { body: draft }))
const params = { path: { pollId: poll.id } }
take(await host.POST('/api/v1/polls/{pollId}/open', { params }))
const { voterToken } = take(await anyone.POST('/api/v1/voters'))
const receipt = take(await anyone.PUT('/api/v1/polls/{pollId}/vote', {
  params, body: { answer: { choices: [2] } }, headers: { authorization: \`Bearer \${voterToken}\` }
}))
const live = take(await anyone.GET('/api/v1/polls/{pollId}/results', { params }))
take(await host.POST('/api/v1/polls/{pollId}/close', { params }))
const final = take(await anyone.GET('/api/v1/polls/{pollId}/results', { params }))
const late = await anyone.PUT('/api/v1/polls/{pollId}/vote', {
  params, body: { answer: { choices: [1] } }, headers: { authorization: \`Bearer \${take(await anyone.POST('/api/v1/voters')).voterToken}\` }
})
// @ts-expect-error no kind of this name is in the document
void ((): Promise<unknown> => host.POST('/api/v1/polls', { body: { ...draft, kind: 'none' } }))
console.log(JSON.stringify({ receipt, live, final, late: late.error?.code }))
`

t.test('a client generated from the document type-checks, and creates, opens, votes on, reads and closes a poll', async (t) => {
  mkdirSync(join(root, '.tap'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tap/client-'))
  trackFolder(folder)
  t.teardown(() => { removeFolder(folder) })
  const document = join(folder, 'openapi.json')
  writeFileSync(document, JSON.stringify((await request(url, 'GET', '/api/openapi.json')).body))
  writeFileSync(join(folder, 'program.ts'), program)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'], strict: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, skipLibCheck: true, rootDir: '.', rewriteRelativeImportExtensions: true
    },
    files: ['program.ts']
  }))
  await run(process.execPath, [tool('openapi-typescript/bin/cli.js'), document, '--output', join(folder, 'plenum.ts')])
  await run(process.execPath, [tool('typescript/bin/tsc'), '-p', folder]).catch((error: { stdout: string }) => { throw new Error(error.stdout) })

  const { accessToken } = await registerHost(url)
  const { stdout } = await run(process.execPath, [join(folder, 'program.js'), url, accessToken], { timeout: 20_000 })
  t.match(JSON.parse(stdout), {
    receipt: { status: 'recorded' },
    live: { voters: 1, counts: { 1: 0, 2: 1 }, final: false },
    final: { voters: 1, counts: { 1: 0, 2: 1 }, final: true },
    late: 'poll_closed'
  })
})
