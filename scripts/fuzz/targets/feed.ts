// The live feed: whoever asks for it, and what they send to it though it reads nothing.
import { request } from 'node:http'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { inAddress, oddText } from '../damage.ts'
import { checkCode, createTarget, type Outcome } from '../target.ts'
import { watchSent } from '../sent-watch.ts'
import type { Stage } from '../stage.ts'

interface FeedInput {
  as: 'websocket' | 'events'
  poll: string
  query: string
  headers: Record<string, string>
  /** What is sent to a WebSocket, in fragments where it is a list. */
  sent: (string | string[])[]
}

const answerTimeoutMs = 5_000

const headers = fc.dictionary(fc.constantFrom('authorization', 'origin', 'last-event-id', 'accept', 'cookie', 'sec-websocket-protocol', 'sec-websocket-extensions'),
  fc.oneof(fc.constantFrom('Bearer {voter}', 'Bearer {stranger}', 'Bearer x', 'https://evil.example', 'null', '7', '-1', 'x', 'text/event-stream', '*/*', 'voter={voter}', 'permessage-deflate; server_max_window_bits=99'), fc.string({ maxLength: 20 }).map((text) => text.replace(/[^ -~]/g, ''))), { maxKeys: 2 })

const inputs: fc.Arbitrary<FeedInput> = fc.record({
  as: fc.constantFrom('websocket', 'events'),
  poll: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('{poll}', '{words}', '{hidden}', '{quiz}', '{codedPoll}') }, { weight: 2, arbitrary: fc.constantFrom('{draft}', '{nothing}', 'x', '..') }, { weight: 1, arbitrary: oddText.map(inAddress) }),
  query: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: oddText.map((text) => `?${inAddress(text)}=1`) }),
  headers,
  sent: fc.array(fc.oneof(oddText, fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 20 }), fc.constant('x'.repeat(20_000))), { maxLength: 3 })
})

function judgeRefusal (stage: Stage, status: number, text: string): Outcome {
  stage.inspect(text)
  const [, code] = /"code":"(\w*)"/.exec(text) ?? []
  if (status >= 500 && status !== 503) throw new Error(`answered ${status}: ${text.slice(0, 300)}`)
  // The upgrade itself is judged before there is a request that could have a code.
  return { codes: code === undefined ? [`upgrade ${status}`] : [checkCode(code)], isEnded: true }
}

async function followEvents (stage: Stage, path: string, given: Record<string, string>): Promise<Outcome> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(stage.url + path, { headers: { accept: 'text/event-stream', ...given }, timeout: answerTimeoutMs }, (response) => {
      const isFeed = response.statusCode === 200
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        // The poll comes first; results, where they may be seen, right after it.
        if (isFeed && text.includes('\n\n')) outgoing.destroy()
      })
      response.on('error', () => {})
      response.on('close', () => {
        try {
          stage.inspect(text)
          resolve(isFeed ? { codes: [], isEnded: false } : judgeRefusal(stage, response.statusCode ?? 0, text))
        } catch (error) {
          reject(error)
        }
      })
    })
    outgoing.on('timeout', () => { outgoing.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)) })
    outgoing.on('error', (error) => { error.message.startsWith('no answer') ? reject(error) : resolve({ codes: [], isEnded: true }) })
    outgoing.end()
  })
}

async function followSocket (stage: Stage, path: string, given: Record<string, string>, sent: FeedInput['sent']): Promise<Outcome> {
  const ws = new WebSocket(stage.url.replace('http', 'ws') + path, { headers: given })
  return await new Promise<Outcome>((resolve, reject) => {
    const watch = watchSent(stage)
    const settle = (judge: () => Outcome) => {
      try {
        watch.assertClean()
        resolve(judge())
      } catch (error) {
        reject(error)
      }
    }
    const timer = setTimeout(() => { reject(new Error(`no answer within ${answerTimeoutMs} ms`)) }, answerTimeoutMs)
    ws.on('error', () => { settle(() => ({ codes: [], isEnded: true })) })
    ws.on('close', () => {
      clearTimeout(timer)
      settle(() => ({ codes: [], isEnded: true }))
    })
    ws.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => { text += chunk.toString() })
      response.on('end', () => {
        settle(() => judgeRefusal(stage, response.statusCode ?? 0, text))
        ws.terminate()
      })
    })
    ws.on('message', (data) => {
      for (const part of sent.splice(0)) {
        const fragments = Array.isArray(part) ? part : [part]
        fragments.forEach((fragment, at) => { ws.send(fragment, { fin: at === fragments.length - 1 }, () => {}) })
      }
      ws.ping()
      watch.look(String(data))
    })
    // Whoever still answers has read what was sent.
    ws.on('pong', () => {
      settle(() => ({ codes: [], isEnded: false }))
      ws.terminate()
    })
  })
}

export const feed = createTarget<FeedInput>({
  id: 'feed',
  title: 'the live feed as WebSocket and as server-sent events',
  inputs: async () => inputs,
  connect: (stage) => ({
    async send ({ as, poll, query, headers, sent }) {
      const path = `/api/v1/polls/${stage.fill(poll)}/live${query}`
      const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, stage.fill(value)]))
      return as === 'events' ? await followEvents(stage, path, given) : await followSocket(stage, path, given, [...sent])
    },
    close () {}
  })
})
