// Requests of the API: every operation of the OpenAPI document, with what it takes damaged.
import { connect } from 'node:net'
import { once } from 'node:events'
import fc from 'fast-check'
import { request } from '../../../test/helpers/clients.ts'
import { checkAnswer } from '../../../test/helpers/contract-check.ts'
import { damagedJson, damagedText, inAddress, oddJson, oddText } from '../damage.ts'
import { exchange, judgeExchange, type HttpInput } from '../exchange.ts'
import { createTarget, type Outcome } from '../target.ts'
import type { Stage } from '../stage.ts'

interface Schema { $ref?: string, examples?: unknown[] }
interface Operation { requestBody?: { content: Record<string, { schema: Schema }> }, parameters?: { name: string, in: string }[] }
interface Document { paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, Schema> } }

type Input = HttpInput | { bytes: string }

/** They end the sessions that the other inputs need, or never end by themselves. */
const leftOut = new Set(['/api/v1/auth/logout', '/api/v1/me/sessions', '/api/v1/polls/{pollId}/live'])
const placeholders: Record<string, string[]> = {
  pollId: ['{poll}', '{words}', '{hidden}', '{quiz}', '{draft}', '{codedPoll}', '{nothing}'], roomId: ['{room}', '{codedRoom}', '{nothing}'], code: ['{code}', '{codedCode}', 'BBBBBB'], questionId: ['{question}', '{nothing}']
}

const bearer = fc.constantFrom(undefined, 'Bearer {voter}', 'Bearer {voter}', 'Bearer {stranger}', 'Bearer {stranger}', 'Bearer x', 'Bearer', 'Basic eDp5', `Bearer ${'x'.repeat(8_000)}`)
const contentType = fc.oneof({ weight: 8, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'garbage', '/', 'application/json; charset=utf-7') })
const further = fc.dictionary(fc.constantFrom('accept', 'origin', 'if-match', 'if-none-match', 'idempotency-key', 'cookie', 'prefer', 'range', 'expect', 'x-forwarded-host', 'content-encoding', 'accept-language', 'sec-fetch-site'),
  fc.oneof(fc.constantFrom('*', '*/*', '"1"', 'null', 'text/csv', 'voter={voter}', 'voter=x', 'https://evil.example', 'gzip', 'bytes=0-1', 'xx-XX;q=2', '"'.repeat(300)), fc.string({ maxLength: 30 }).map((text) => text.replace(/[^ -~]/g, ''))), { maxKeys: 2 })
// Limits per address have tests of their own.
const address = fc.ipV4()

function pathOf (template: string, queries: string[]): fc.Arbitrary<string> {
  const parts = template.split('/').map((part): fc.Arbitrary<string> => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return fc.constant(part)
    return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...placeholders[name] ?? ['{nothing}']) }, { weight: 1, arbitrary: oddText.map(inAddress) })
  })
  const whole = fc.tuple(...parts).map((chosen) => chosen.join('/'))
  const name = queries.length === 0 ? oddText : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...queries) }, oddText)
  const query = fc.array(fc.tuple(name, fc.oneof(oddText, fc.constantFrom('1', '100', '-1', 'csv', 'ndjson'))), { minLength: 1, maxLength: 2 })
    .map((fields) => `?${fields.map(([key, value]) => `${inAddress(key)}=${inAddress(value)}`).join('&')}`)
  return fc.tuple(whole, fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: query })).map(([path, rest]) => path + rest)
}

function operationInputs (document: Document, method: string, template: string, { requestBody, parameters = [] }: Operation): fc.Arbitrary<HttpInput> {
  const schema = requestBody?.content['application/json']?.schema
  const named = schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1) ?? '']
  const body = schema === undefined
    ? fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: oddJson })
    : fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...named?.examples ?? [{}]).chain(damagedJson) },
      { weight: 1, arbitrary: fc.constant(JSON.stringify(named?.examples?.[0] ?? {})).chain(damagedText) },
      { weight: 1, arbitrary: oddJson })
  const queries = parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)
  return fc.record({ path: pathOf(template, queries), authorization: bearer, type: contentType, more: further, from: address, body }).map(({ path, authorization, type, more, from, body }) => ({
    method: method.toUpperCase(),
    path,
    headers: { ...more, 'x-forwarded-for': from, ...(authorization === undefined ? {} : { authorization }), ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body })
  }))
}

const beginnings = ['GET /livez HTTP/1.1\r\nHost: x\r\n\r\n', 'POST /api/v1/voters HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}', 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n', 'GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n']
const bytes: fc.Arbitrary<Input> = fc.constantFrom(...beginnings).chain(damagedText).map((text) => ({ bytes: Buffer.from(text).toString('base64') }))

async function inputs (stage: Stage): Promise<fc.Arbitrary<Input>> {
  const { body: document } = await request<Document>(stage.url, 'GET', '/api/openapi.json')
  const operations = Object.entries(document.paths).flatMap(([template, methods]) => Object.entries(methods).map(([method, operation]) => ({ method, template, operation }))).filter(({ template }) => !leftOut.has(template))
  // What hashes passwords takes a hundred times as long as all else.
  const isSlow = (template: string) => template.includes('/auth/') || template.includes('/me/password')
  const from = (some: typeof operations) => fc.constantFrom(...some).chain(({ method, template, operation }) => operationInputs(document, method, template, operation))
  return fc.oneof(
    { weight: 40, arbitrary: from(operations.filter(({ template }) => !isSlow(template))) },
    { weight: 1, arbitrary: from(operations.filter(({ template }) => isSlow(template))) },
    { weight: 2, arbitrary: bytes })
}

/** Bytes as they are, after which nothing more comes. */
async function sendBytes (stage: Stage, given: string): Promise<Outcome> {
  const socket = connect(Number(new URL(stage.url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk: Buffer) => { answer += chunk.toString() })
  socket.on('error', () => {})
  socket.end(Buffer.from(given, 'base64'))
  await once(socket, 'close', { signal: AbortSignal.timeout(20_000) })
  stage.inspect(answer)
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
  if (status >= 500 && status !== 503) throw new Error(`answered ${answer.slice(0, 300)}`)
  return { codes: status >= 400 ? [`raw ${status}`] : [], isEnded: true }
}

export const http = createTarget<Input>({
  id: 'http',
  title: 'requests of every operation of the API',
  inputs,
  connect: (stage) => ({
    async send (input) {
      if ('bytes' in input) return await sendBytes(stage, input.bytes)
      const answered = await exchange(stage, input)
      const outcome = judgeExchange(stage, answered)
      if (answered !== undefined && answered.status !== 304 && input.method !== 'HEAD' && input.path.startsWith('/api/v1/')) {
        const isJson = answered.headers['content-type']?.includes('json') === true && !answered.headers['content-type'].includes('ndjson')
        const headers = new Headers(Object.entries(answered.headers).flatMap(([name, value]) => typeof value === 'string' ? [[name, value] satisfies [string, string]] : []))
        await checkAnswer(stage.url, input.method, stage.fill(input.path), { status: answered.status, headers, body: isJson && answered.text !== '' ? JSON.parse(answered.text) : answered.text })
      }
      return outcome
    },
    close () {}
  })
})
