// Where traces are sent: what an OTLP collector takes over HTTP as JSON.
import { createServer, type ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { waitUntil } from './child-process.ts'

interface SentAttribute { key: string, value: { stringValue?: string, intValue?: number } }
interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: SentAttribute[]
  links?: { traceId: string, spanId: string }[]
  status: { code?: number, message?: string }
}
interface SentBody { resourceSpans: { resource: { attributes: SentAttribute[] }, scopeSpans: { spans: SentSpan[] }[] }[] }

export interface CollectedSpan extends Omit<SentSpan, 'attributes'> {
  attributes: Record<string, string | number | undefined>
  links: { traceId: string, spanId: string }[]
}

/** Listens on 127.0.0.1 and keeps what it gets. Closed at teardown. */
export async function startCollector (t: Test, answer: (reply: ServerResponse) => void = (reply) => { reply.writeHead(200, { 'content-type': 'application/json' }).end('{}') }) {
  const texts: string[] = []
  const server = createServer((request, reply) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('end', () => {
      texts.push(text)
      answer(reply)
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const sent = () => texts.flatMap((text) => (JSON.parse(text) as SentBody).resourceSpans)
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
    text: () => texts.join('\n'),
    service: () => readAttributes(sent()[0]?.resource.attributes ?? []),
    spans: (): CollectedSpan[] => sent().flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans)
      .map(({ attributes, links = [], ...span }) => ({ ...span, links, attributes: readAttributes(attributes) })),
    untilSentTo: async (times: number) => { await waitUntil(async () => texts.length >= times, 20_000, () => `it was sent to ${texts.length} times`) }
  }
}

function readAttributes (attributes: SentAttribute[]): Record<string, string | number | undefined> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))
}
