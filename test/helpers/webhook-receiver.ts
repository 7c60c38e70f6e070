// A server of somebody else's that webhooks are sent to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'
import type { Poll, Results } from '../../server/protocol/poll.ts'
import { waitUntil } from './child-process.ts'

export interface ReceivedMessage {
  id: string
  body: string
  headers: Record<string, string>
  event: { type: string, timestamp: string, data: { poll: Poll, results?: Results } }
  at: number
  /** What it was answered. */
  status: number
}

/** Undefined leaves the request without an answer. */
export type Answer = (message: Omit<ReceivedMessage, 'status'>, reply: ServerResponse) => number | undefined

/** Listens on 127.0.0.1 and keeps what it gets, in order. Closed at teardown. */
export async function startReceiver (t: Test, answer: Answer = () => 204) {
  const messages: ReceivedMessage[] = []
  let connections = 0
  const server = createServer((request, reply) => {
    void readBody(request).then((body) => {
      const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signature = '' } = request.headers
      const headers = { 'webhook-id': String(id), 'webhook-timestamp': String(timestamp), 'webhook-signature': String(signature) }
      const message = { id: String(id), body, headers, event: JSON.parse(body), at: performance.now() }
      const status = answer(message, reply)
      messages.push({ ...message, status: status ?? 0 })
      if (status !== undefined) reply.writeHead(status).end('thank you')
    })
  })
  server.on('connection', () => { connections += 1 })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const taken = () => messages.filter(({ status }) => status >= 200 && status < 300)
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    messages,
    /** Those that were answered with success. */
    taken,
    connections: () => connections,
    /** Resolves when what has come fits. */
    async until (fits: (taken: ReceivedMessage[], all: ReceivedMessage[]) => boolean): Promise<void> {
      await waitUntil(async () => fits(taken(), messages), 20_000, () => `it has got: ${JSON.stringify(messages.map(({ event, status }) => [event.type, event.data.results?.version, status]))}`)
    }
  }
}

/** As a receiver would do it, with the library that it would use. Throws when the signature is wrong. */
export function verify (secret: string, { body, headers }: ReceivedMessage): unknown {
  return new Webhook(secret).verify(body, headers)
}

async function readBody (request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
  return body
}
