import type { FeedMessage } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import { createRequester, UnreachableError, type RequesterOptions } from './requester.ts'

export interface FeedOptions extends RequesterOptions {
  pollId: string
  signal: AbortSignal
  /** Called when the line is lost and is tried again. */
  onLost?: (error: Error) => void
}

// The server says something every 15 s.
const silenceMs = 40_000
const firstPauseMs = 250
const longestPauseMs = 8000
const maxEventChars = 1024 * 1024

/**
 * What happens to one poll, first its current state, until `signal` ends it; connects again by itself. After each connection the current
 * state comes again, so take results only at a higher version. Throws what the server refuses for good.
 */
export async function * followPoll ({ pollId, signal, onLost = () => {}, ...options }: FeedOptions): AsyncGenerator<FeedMessage> {
  const { open } = createRequester(options)
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    try {
      for await (const message of readEvents(open, pollId, signal)) {
        pauseMs = firstPauseMs
        yield message
      }
      if (!signal.aborted) onLost(new UnreachableError('the server ended the feed'))
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Error) || (error instanceof PlenumError && error.retryAfterMs === undefined && error.status < 500)) throw error
      onLost(error)
    }
    // Half of it by chance: after a restart not everybody comes at once.
    await pause(pauseMs / 2 + Math.random() * pauseMs / 2, signal)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

async function * readEvents (open: ReturnType<typeof createRequester>['open'], pollId: string, signal: AbortSignal): AsyncGenerator<FeedMessage> {
  const silence = new AbortController()
  const cut = () => { silence.abort(new UnreachableError('the feed fell silent')) }
  const response = await open('GET', `/polls/${encodeURIComponent(pollId)}/live`, { headers: { accept: 'text/event-stream' } }, AbortSignal.any([signal, silence.signal]))
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  let timer = setTimeout(cut, silenceMs)
  try {
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(cut, silenceMs)
      const events = (text + value).split('\n\n')
      text = events.pop() ?? ''
      if (text.length > maxEventChars) throw new UnreachableError('the feed is not one of Plenum')
      for (const event of events) {
        const line = event.split('\n').find((line) => line.startsWith('data: '))
        if (line !== undefined) yield JSON.parse(line.slice('data: '.length))
      }
    }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => {})
  }
}

async function pause (ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
