// Server-sent events as text, one entry per event.
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Owner } from './owner.ts'

/** Keeps every event as it was sent, comments included. Cut at teardown. */
export async function openEventStream (t: Owner, url: string, headers: Record<string, string> = {}) {
  const outgoing = request(url, { headers: { accept: 'text/event-stream', ...headers } })
  t.teardown(() => { outgoing.destroy() })
  const answered = once(outgoing, 'response')
  outgoing.end()
  const [response]: IncomingMessage[] = await answered
  if (response === undefined) throw new Error('no response')
  const frames: string[] = []
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (text + chunk).split('\n\n')
    text = parts.pop() ?? ''
    frames.push(...parts)
  })
  // Cutting it at the end of a test is no failure.
  response.on('error', () => {})
  const ended = new Promise<void>((resolve) => { response.on('close', resolve) })
  return { status: response.statusCode, headers: response.headers, response, frames, ended }
}
