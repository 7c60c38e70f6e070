// GraphQL: operations whose words are taken out, doubled and replaced, over HTTP and as subscriptions.
import { once } from 'node:events'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { damagedJson, damagedText, oddJson } from '../damage.ts'
import { exchange, judgeExchange } from '../exchange.ts'
import { checkCode, createTarget, type FuzzClient, type Outcome } from '../target.ts'
import { watchSent } from '../sent-watch.ts'
import type { Stage } from '../stage.ts'

type GraphqlInput =
  | { over: 'http', body: string, authorization: string, from: string }
  | { over: 'websocket', message: string }

const answerTimeoutMs = 5_000

const results = 'pollId round version status final voters counts at'
const operations: [query: string, variables: object][] = [
  [`query ($id: ID!) { poll(id: $id) { id kind question options { id label } status myVote held results { ${results} } timeline(points: 5) { counts } rounds(limit: 2) { items { counts } nextCursor } } }`, { id: '{poll}' }],
  [`query ($id: ID!, $round: Int, $version: Int) { poll(id: $id) { past: results(round: $round, version: $version) { ${results} } explanation correct } }`, { id: '{hidden}', round: 1, version: 2 }],
  ['query ($code: String!) { roomByCode(code: $code) { id code title } }', { code: '{code}' }],
  ['query ($id: ID!) { room(id: $id) { id questions(sort: newest, limit: 5) { items { text authorName } nextCursor } } }', { id: '{room}' }],
  ['query ($limit: Int, $cursor: String) { me { id email } rooms(limit: $limit, cursor: $cursor) { items { id } } polls(status: open) { items { id results { version } } } }', { limit: 5, cursor: null }],
  ['mutation ($id: ID!, $answer: JSON!, $round: Int) { castVote(pollId: $id, answer: $answer, round: $round) { status version castAt } }', { id: '{poll}', answer: { choices: [1] }, round: 1 }],
  ['mutation { withdrawVote(pollId: "{poll}") { status } }', {}],
  ['mutation ($input: NewPollInput!) { createPoll(input: $input) { id } }', { input: { kind: 'single', question: 'Q', options: [{ label: 'A' }, { label: 'B' }] } }],
  ['mutation { openPoll(id: "{hidden}") { id } revealPoll(id: "{quiz}", revealed: true) { id } resetPoll(id: "{poll}") { id } }', {}],
  ['{ __schema { types { name } } __type(name: "Poll") { name } }', {}]
]
const subscription: [query: string, variables: object] = [`subscription ($id: ID!) { results(pollId: $id) { ${results} } }`, { id: '{poll}' }]

const oddWords = fc.constantFrom('{', '}', '...', '@skip(if: true)', '@include(if: $n)', '__typename', '__proto__', '$id', 'fragment F on Poll { ...F }', '... on Poll', 'null', '"""', '"\\u0000"', '# x', '\u2028', '-1', '1e999', '{poll}', '{draft}', '[[[[')

/** The words of a document, some of them gone, doubled or replaced. */
function damagedDocument (query: string): fc.Arbitrary<string> {
  const words = query.match(/[\w$]+|\S/g) ?? []
  const change = fc.record({ at: fc.nat(words.length - 1), how: fc.constantFrom('drop', 'double', 'replace', 'repeat'), word: oddWords, times: fc.constantFrom(20, 300) })
  const byWord = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const changed = [...words]
    for (const { at, how, word, times } of changes) {
      const old = changed[at] ?? ''
      changed[at] = how === 'drop' ? '' : how === 'double' ? `${old} ${old}` : how === 'repeat' ? `${old} `.repeat(times) : word
    }
    return changed.join(' ')
  })
  return fc.oneof({ weight: 2, arbitrary: fc.constant(query) }, { weight: 5, arbitrary: byWord }, { weight: 1, arbitrary: damagedText(query) })
}

const payload = (operation: [query: string, variables: object]) => fc.tuple(damagedDocument(operation[0]), damagedJson(operation[1]), fc.oneof({ weight: 8, arbitrary: fc.constant('null') }, oddJson))
  .map(([query, variables, name]) => `{"query":${JSON.stringify(query)},"variables":${variables},"operationName":${name}}`)
const overHttp = fc.tuple(
  fc.constantFrom(...operations).chain((operation) => fc.oneof({ weight: 8, arbitrary: payload(operation) }, { weight: 1, arbitrary: payload(operation).map((body) => `[${body},${body}]`) }, { weight: 1, arbitrary: oddJson })),
  fc.constantFrom('', 'Bearer {voter}', 'Bearer {stranger}', 'Bearer x'), fc.ipV4()).map(([body, authorization, from]) => ({ over: 'http' as const, body, authorization, from }))
const message = fc.oneof(
  { weight: 6, arbitrary: fc.oneof({ weight: 3, arbitrary: payload(subscription) }, { weight: 1, arbitrary: fc.constantFrom(...operations).chain(payload) }).map((text) => `{"type":"subscribe","id":"1","payload":${text}}`) },
  { weight: 1, arbitrary: damagedJson({ type: 'subscribe', id: '1', payload: { query: subscription[0], variables: subscription[1] } }) },
  { weight: 1, arbitrary: fc.constantFrom('{"type":"complete","id":"1"}', '{"type":"ping"}', '{"type":"pong"}', '{"type":"connection_init"}', '[]', '') },
  { weight: 1, arbitrary: oddJson }).map((text) => ({ over: 'websocket' as const, message: text }))

async function openSocket (stage: Stage) {
  const ws = new WebSocket(`${stage.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  ws.on('error', () => {})
  let wake = () => {}
  const watch = watchSent(stage)
  let messages: string[] = []
  ws.on('message', (data) => {
    const message = String(data)
    watch.look(message)
    messages.push(message)
    wake()
  })
  ws.on('close', () => { wake() })
  await once(ws, 'open')
  ws.send('{"type":"connection_init"}')

  async function endedBefore (fits: (message: string) => boolean): Promise<boolean> {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    while (ws.readyState !== ws.CLOSED && !messages.some(fits)) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve
        signal.onabort = () => { reject(new Error(`no answer within ${answerTimeoutMs} ms`)) }
      })
    }
    return ws.readyState === ws.CLOSED
  }
  await endedBefore((text) => text.includes('connection_ack'))

  return {
    close: () => { ws.terminate() },
    async send (text: string): Promise<Outcome> {
      messages = []
      ws.send(stage.fill(text))
      // A subscription that was taken sends its first results; the answer to a ping comes after whatever is wrong with the message itself.
      const isSubscription = /^\{"type":"subscribe","id":"1"/.test(text)
      if (!isSubscription && ws.readyState === ws.OPEN) ws.send('{"type":"ping"}')
      const isEnded = await endedBefore((message) => isSubscription ? message.includes('"id":"1"') : message.includes('"pong"'))
      if (!isEnded) {
        ws.send('{"type":"complete","id":"1"}')
        ws.send('{"type":"ping"}')
        messages = messages.filter((message) => !message.includes('"pong"'))
        await endedBefore((message) => message.includes('"pong"'))
      }
      watch.assertClean()
      return { codes: messages.flatMap((message) => Array.from(message.matchAll(/"code":"(\w*)"/g), ([, code]) => checkCode(code))), isEnded }
    }
  }
}

function connect (stage: Stage): FuzzClient<GraphqlInput> {
  let socket: Awaited<ReturnType<typeof openSocket>> | undefined
  const forget = () => {
    socket?.close()
    socket = undefined
  }
  return {
    async send (input) {
      if (input.over === 'websocket') {
        try {
          const outcome = await (socket ??= await openSocket(stage)).send(input.message)
          if (outcome.isEnded) forget()
          return outcome
        } catch (error) {
          forget()
          throw error
        }
      }
      const answered = await exchange(stage, {
        method: 'POST', path: '/graphql', body: input.body, headers: { 'content-type': 'application/json', 'x-forwarded-for': input.from, ...(input.authorization === '' ? {} : { authorization: input.authorization }) }
      })
      const outcome = judgeExchange(stage, answered)
      // What fails while it is executed is told beside the data, with 200.
      const codes = Array.from(answered?.text.matchAll(/"extensions":\{"code":"(\w*)"/g) ?? [], ([, code]) => checkCode(code))
      return { ...outcome, codes }
    },
    close: forget
  }
}

export const graphql = createTarget<GraphqlInput>({
  id: 'graphql',
  title: 'documents and variables, over HTTP and as subscriptions',
  inputs: async () => fc.oneof({ weight: 3, arbitrary: overHttp }, { weight: 1, arbitrary: message }),
  connect
})
