// One request and its answer, sent without a client library's help: those refuse to send what is wrong.
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import type { Outcome } from './target.ts'
import { checkCode } from './target.ts'
import type { Stage } from './stage.ts'

export interface HttpInput {
  method: string
  path: string
  headers: Record<string, string>
  body?: string | undefined
}

export interface Exchange {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

const answerTimeoutMs = 15_000
const agent = new Agent({ keepAlive: true, maxSockets: 32 })

/** The answer, or undefined where the server ended the connection without one. */
export async function exchange (stage: Stage, { method, path, headers, body }: HttpInput): Promise<Exchange | undefined> {
  const address = new URL(stage.url)
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, stage.fill(value)]))
  const sent = body === undefined ? undefined : Buffer.from(stage.fill(body))
  return await new Promise((resolve, reject) => {
    const outgoing = request({
      agent, host: address.hostname, port: address.port, method, path: stage.fill(path), timeout: answerTimeoutMs, headers: sent === undefined ? filled : { ...filled, 'content-length': sent.length }
    }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => { chunks.push(chunk) })
      response.on('error', reject)
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }) })
    })
    outgoing.on('timeout', () => { outgoing.destroy(new Error(`no answer within ${answerTimeoutMs} ms`)) })
    outgoing.on('error', (error) => { error.message.startsWith('no answer') ? reject(error) : resolve(undefined) })
    outgoing.end(sent)
  })
}

/** What the rules say of an answer; its codes. Throws what they forbid. */
export function judgeExchange (stage: Stage, answered: Exchange | undefined): Outcome {
  if (answered === undefined) return { codes: [], isEnded: true }
  const { status, headers, text } = answered
  stage.inspect(JSON.stringify(headers) + text)
  const codes = Array.from(text.matchAll(/"code":"(\w*)"/g), ([, code]) => code)
  const isPlanned = status === 503 && headers['retry-after'] !== undefined
  if (status >= 500 && !isPlanned) throw new Error(`answered ${status}: ${text.slice(0, 300)}`)
  if (status < 400) return { codes: [], isEnded: false }
  // The pages say in words what is wrong.
  if (headers['content-type']?.startsWith('text/html') === true) return { codes: [`page ${status}`], isEnded: false }
  return { codes: [checkCode(codes[0])], isEnded: false }
}
