// Screens that read slowly or not at all, frame by frame; they come back when they are cut.
import { clearInterval, setInterval } from 'node:timers'
import type { PollView, Results } from '../../server/protocol/poll.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import { connectRaw } from '../../test/helpers/raw-socket.ts'
import { openSight, type Frame, type History } from './history.ts'
import type { Watcher } from './watcher.ts'

export interface SlowReader extends Watcher {
  /** Reads nothing more, but asks for this room again and again; more than 20 times a second is refused. */
  stopReading (code: string, asksPerSecond: number): void
  /** Reads for a tenth of each second. */
  readSlowly (): void
  readAgain (): void
}

export async function joinSlowReader (owner: Owner, history: History, url: string, pollIds: string[]): Promise<SlowReader> {
  const versions = new Map<string, number>()
  const timers: NodeJS.Timeout[] = []
  let isGone = false
  owner.teardown(() => {
    isGone = true
    timers.forEach(clearInterval)
  })
  history.sockets += 1

  async function open () {
    const raw = await connectRaw(owner, url)
    const sight = openSight(history, url)
    raw.ws.on('message', (message) => {
      for (const shown of readResults(String(message))) {
        sight.frames.push({ ...shown, at: performance.now() })
        versions.set(shown.results.pollId, shown.results.version)
      }
    })
    raw.ws.on('close', () => {
      sight.endedAt = performance.now()
      if (!isGone) void open().then((next) => { socket = next }, () => {})
    })
    for (const pollId of pollIds) await raw.ask('poll:join', { pollId })
    return raw
  }
  let socket = await open()

  return {
    latest: (pollId) => versions.get(pollId) ?? 0,
    stopReading (code, asksPerSecond) {
      const { ws } = socket
      ws.pause()
      let asked = 1000
      timers.push(setInterval(() => { if (ws.readyState === ws.OPEN) ws.send(`42${asked++}${JSON.stringify(['room:join', { code }])}`) }, 1000 / asksPerSecond))
    },
    readSlowly () {
      timers.push(setInterval(() => {
        socket.ws.pause()
        setTimeout(() => { socket.ws.resume() }, 900)
      }, 1000))
    },
    readAgain () {
      timers.splice(0).forEach(clearInterval)
      socket.ws.resume()
    }
  }
}

/** What an event or an ack says of results. */
function readResults (frame: string): Pick<Frame, 'results' | 'kind'>[] {
  if (!/^4[23]\d*\[/.test(frame)) return []
  const [first, second]: [string | { data?: Partial<PollView> }, Results] = JSON.parse(frame.slice(frame.indexOf('[')))
  if (typeof first === 'string') return first === 'results' ? [{ results: second, kind: 'event' }] : []
  const results = first.data?.results ?? undefined
  return results === undefined ? [] : [{ results, kind: 'answer' }]
}
