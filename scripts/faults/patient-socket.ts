// A client that comes back when it is cut off, elsewhere when its instance is away, as behind a balancer.
import { io, type ManagerOptions } from 'socket.io-client'
import type { TestSocket } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import type { Absence, History } from './history.ts'

/** Where clients connect: to the address at `first`, and to the next one with each try to come back. */
export interface Way {
  urls: string[]
  first: number
  /** How, where it is not as quickly as can be. */
  options?: Partial<ManagerOptions> | undefined
}

export interface Connected {
  /** Its connection ends without a word, and it comes back by itself. */
  drop (): void
}

/** As long as the phone page waits for an acknowledgement. */
export const ackTimeoutMs = 5_000
const connectTimeoutMs = 20_000

export function urlOf ({ urls, first }: Way): string {
  return urls[first % urls.length] ?? ''
}

/** Adds listeners. @param currentUrl where the socket connects, or is connected, now */
type Prepare = (socket: TestSocket, currentUrl: () => string) => void

/** Resolves when it is connected for the first time; `prepare` is called before that. */
export async function connectPatiently (owner: Owner, history: History, { urls, first, options }: Way, auth: { voterToken: string }, prepare: Prepare = () => {}): Promise<TestSocket> {
  let at = first
  let absence: Absence | undefined
  const socket: TestSocket = io(urlOf({ urls, first }), {
    auth,
    // By the page's cookie a proxy knows to which instance it belongs.
    extraHeaders: { cookie: `voter=${auth.voterToken}` },
    ...(options ?? { transports: ['websocket'], reconnectionDelay: 100, reconnectionDelayMax: 1000, timeout: 3000 }),
    forceNew: true
  })
  socket.io.on('reconnect_attempt', () => {
    at += 1
    // The manager has no public way to another address.
    Object.assign(socket.io, { uri: urlOf({ urls, first: at }) })
  })
  owner.teardown(() => { socket.disconnect() })
  history.sockets += 1
  socket.on('disconnect', () => { history.absences.push(absence = { from: performance.now(), to: undefined }) })
  socket.on('connect', () => { if (absence !== undefined) absence.to = performance.now() })
  prepare(socket, () => urlOf({ urls, first: at }))
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error(`a client could not connect within ${connectTimeoutMs} ms`)) }, connectTimeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve()
    })
  })
  return socket
}

export function dropConnection (socket: TestSocket): void {
  // What engine.io-client keeps to itself: a WebSocket of its own copy of ws. Its close() would send a goodbye.
  const ws: unknown = Reflect.get(socket.io.engine.transport, 'ws')
  if (typeof ws !== 'object' || ws === null || !('terminate' in ws) || typeof ws.terminate !== 'function') throw new Error('this connection is no WebSocket')
  ws.terminate()
}
