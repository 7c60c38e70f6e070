// What comes over a socket: packets of Engine.IO and Socket.IO, whole, in fragments, as bytes, over either transport.
import { once } from 'node:events'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { checkCode, createTarget, type FuzzClient, type Outcome } from '../target.ts'
import { damagedJson, damagedText, oddJson, oddNames, oddText } from '../damage.ts'
import { watchSent } from '../sent-watch.ts'
import type { Stage } from '../stage.ts'

type FramesInput =
  | { over: 'websocket', text: string }
  | { over: 'websocket', base64: string }
  | { over: 'websocket', fragments: string[] }
  | { over: 'polling', text: string }

const answerTimeoutMs = 5_000
const path = '/socket.io/?EIO=4&transport='

const events: [event: string, data: object][] = [
  ['vote:cast', { pollId: '{poll}', answer: { choices: [2] }, round: 1 }],
  ['vote:cast', { pollId: '{words}', answer: { words: ['tea'] } }],
  ['vote:cast', { pollId: '{hidden}', answer: { text: 'tea' } }],
  ['vote:cast', { pollId: '{quiz}', answer: { choices: [1] } }],
  ['vote:cast', { pollId: '{codedPoll}', answer: { choices: [1] } }],
  ['vote:withdraw', { pollId: '{poll}' }],
  ['poll:join', { pollId: '{poll}' }],
  ['poll:join', { pollId: '{hidden}' }],
  ['poll:join', { pollId: '{draft}' }],
  ['poll:leave', { pollId: '{poll}' }],
  ['room:join', { code: '{code}' }],
  ['room:join', { code: '{codedCode}', accessCode: '{accessCode}' }],
  ['room:leave', {}],
  ['option:suggest', { pollId: '{poll}', text: 'Neither' }],
  ['question:ask', { roomId: '{room}', text: 'When?', authorName: 'Ada' }],
  ['question:vote', { questionId: '{question}' }],
  ['question:unvote', { questionId: '{question}' }]
]

const ackId = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('', '7', '8') }, { weight: 1, arbitrary: fc.constantFrom('007', '-1', '1.5', '99999999999999999999') })
const known = fc.constantFrom(...events)
const event = fc.tuple(ackId, known).map(([id, call]) => `42${id}${JSON.stringify(call)}`)
const damagedEvent = fc.tuple(ackId, known.chain(([name, data]) => damagedJson(data).map((text) => `[${JSON.stringify(name)},${text}]`))).map(([id, call]) => `42${id}${call}`)
const oddEvent = fc.tuple(ackId, fc.oneof(oddText, oddNames), fc.array(oddJson, { maxLength: 3 }))
  .map(([id, name, args]) => `42${id}[${[JSON.stringify(name), ...args].join(',')}]`)
const attachment = fc.tuple(fc.constantFrom('1', '2', '0', '-1', '9999999999', ''), fc.constantFrom('vote:cast', 'poll:join', 'x'), oddJson)
  .map(([count, name, data]) => `45${count}-["${name}",{"_placeholder":true,"num":0},${data}]`)
const packet = fc.tuple(fc.constantFrom('', '0', '1', '2', '3', '4', '40', '41', '42', '43', '44', '45', '46', '49', '5', '6', '40/admin,', '42/admin,7', '4299'), fc.oneof(oddJson, oddText)).map(([type, rest]) => type + rest)

const text = fc.oneof(
  { weight: 1, arbitrary: event },
  { weight: 5, arbitrary: damagedEvent },
  { weight: 2, arbitrary: event.chain(damagedText) },
  { weight: 2, arbitrary: oddEvent },
  { weight: 1, arbitrary: attachment },
  { weight: 1, arbitrary: packet },
  { weight: 1, arbitrary: fc.constantFrom(20_000, 33_000, 200_000).map((length) => `42["vote:cast","${'x'.repeat(length)}"]`) })
const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), event.map((whole) => Buffer.from(whole)), fc.constant(Buffer.alloc(40_000, 255)))

const inputs: fc.Arbitrary<FramesInput> = fc.oneof(
  { weight: 8, arbitrary: text.map((text) => ({ over: 'websocket' as const, text })) },
  { weight: 1, arbitrary: bytes.map((given) => ({ over: 'websocket' as const, base64: Buffer.from(given).toString('base64') })) },
  { weight: 1, arbitrary: fc.tuple(text, fc.integer({ min: 1, max: 20 })).map(([whole, size]) => ({ over: 'websocket' as const, fragments: splitText(whole.slice(0, 2_000), size) })) },
  { weight: 1, arbitrary: text.map((text) => ({ over: 'polling' as const, text })) })

function splitText (whole: string, size: number): string[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size))
}

/** The codes in what was answered. Throws for one that is not of the contract. */
function codesOf (packets: string[]): string[] {
  return packets.flatMap((packet) => Array.from(packet.matchAll(/"(?:error|data)":\{"code":"(\w*)"/g), ([, code]) => checkCode(code)))
}

/** An event that asks for an acknowledgement that can be told from others. */
function ackIdOf (frame: string): string | undefined {
  const [, id, call = ''] = /^42(\d{1,9})(\[.*)$/s.exec(frame) ?? []
  if (id === undefined) return undefined
  try {
    const [name]: unknown[] = JSON.parse(call)
    // Socket.IO keeps these names for itself, and ends the connection.
    const isReserved = typeof name !== 'string' || ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].includes(name)
    return isReserved ? undefined : String(Number(id))
  } catch {
    return undefined
  }
}

async function openSocket (stage: Stage) {
  const ws = new WebSocket(stage.url.replace('http', 'ws') + path + 'websocket')
  ws.on('error', () => {})
  const watch = watchSent(stage)
  let packets: string[] = []
  let wake = () => {}
  ws.on('message', (data) => {
    const packet = String(data)
    watch.look(packet)
    if (packet === '2') ws.send('3')
    packets.push(packet)
    wake()
  })
  ws.on('close', () => { wake() })
  await once(ws, 'open')
  ws.send('40{}')
  let probes = 1_000_000_000

  /** Resolves when packets that begin so have come, or the connection is closed; true for the latter. */
  async function endedBefore (starts: string[]): Promise<boolean> {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    const isOver = () => ws.readyState === ws.CLOSED || starts.every((start) => packets.some((packet) => packet.startsWith(start)))
    while (!isOver()) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve
        signal.onabort = () => { reject(new Error(`no answer within ${answerTimeoutMs} ms`)) }
      })
    }
    watch.assertClean()
    return ws.readyState === ws.CLOSED
  }
  await endedBefore(['40'])

  return {
    close: () => { ws.terminate() },
    async send (input: Exclude<FramesInput, { over: 'polling' }>): Promise<Outcome> {
      packets = []
      const probe = String(probes++)
      const awaited = [`43${probe}[`]
      if ('text' in input) {
        const frame = stage.fill(input.text)
        const id = ackIdOf(frame)
        if (id !== undefined) awaited.push(`43${id}[`)
        ws.send(frame)
      } else if ('base64' in input) {
        ws.send(Buffer.from(input.base64, 'base64'))
      } else {
        for (const [at, fragment] of input.fragments.entries()) ws.send(fragment, { fin: at === input.fragments.length - 1 })
      }
      if (ws.readyState === ws.OPEN) ws.send(`42${probe}["poll:leave",{"pollId":"x"}]`)
      const isEnded = await endedBefore(awaited)
      return { codes: codesOf(packets), isEnded }
    }
  }
}

async function openPolling (stage: Stage) {
  const call = async (query: string, body?: string): Promise<{ status: number, text: string }> => {
    const response = await fetch(stage.url + path + 'polling' + query, body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'text/plain' } })
    const text = await response.text()
    stage.inspect(text)
    if (response.status >= 500) throw new Error(`polling was answered ${response.status}`)
    return { status: response.status, text }
  }
  const opened = await call('')
  const { sid }: { sid: string } = JSON.parse(opened.text.slice(1))
  const session = `&sid=${sid}`
  await call(session, '40{}')
  await call(session)
  let probes = 0

  return {
    close: () => { void call(session, '1').catch(() => {}) },
    async send (text: string): Promise<Outcome> {
      const probe = `8${probes++}`
      const posted = await call(session, `${stage.fill(text)}\u001e42${probe}["poll:leave",{"pollId":"x"}]`)
      const packets: string[] = []
      // A closing is answered once, after which the session is not known.
      for (let polls = 0; posted.status === 200 && polls < 20; polls++) {
        const polled = await call(session)
        if (polled.status !== 200) break
        packets.push(...polled.text.split('\u001e'))
        if (packets.some((packet) => packet.startsWith(`43${probe}[`))) return { codes: codesOf(packets), isEnded: false }
      }
      return { codes: codesOf(packets), isEnded: true }
    }
  }
}

/** Keeps one connection of each transport, and opens another when the server has ended it. */
function connect (stage: Stage): FuzzClient<FramesInput> {
  let socket: Awaited<ReturnType<typeof openSocket>> | undefined
  let polling: Awaited<ReturnType<typeof openPolling>> | undefined
  return {
    async send (input) {
      try {
        const outcome = input.over === 'polling'
          ? await (polling ??= await openPolling(stage)).send(input.text)
          : await (socket ??= await openSocket(stage)).send(input)
        if (outcome.isEnded) forget(input.over)
        return outcome
      } catch (error) {
        forget(input.over)
        throw error
      }
    },
    close () {
      forget('polling')
      forget('websocket')
    }
  }

  function forget (transport: FramesInput['over']): void {
    if (transport === 'polling') {
      polling?.close()
      polling = undefined
    } else {
      socket?.close()
      socket = undefined
    }
  }
}

export const frames = createTarget<FramesInput>({
  id: 'frames',
  title: 'packets over WebSocket and polling',
  inputs: async () => inputs,
  connect
})
