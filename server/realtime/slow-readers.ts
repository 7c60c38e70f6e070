import { cut, tcpSocketOf, waitingPackets } from './encoded-event.ts'
import type { LiveSocket } from './socket-types.ts'

/** Packets that may wait in a socket's own buffer before it counts as slow. */
const maxWaitingPackets = 8
const patienceMs = 20_000

interface Lag { since: number, pending: Map<string, () => void> }

export type SlowReaders = ReturnType<typeof createSlowReaders>

/**
 * Keeps slow readers from costing memory: a socket whose last packets have not left yet gets nothing more; only what to send once it
 * has caught up is remembered, the newest of each key. Who does not catch up is cut, and comes back to the newest state.
 */
export function createSlowReaders () {
  const lags = new Map<LiveSocket, Lag>()
  const figures = { deferred: 0, cut: 0 }

  function catchUp (socket: LiveSocket): void {
    const lag = lags.get(socket)
    if (lag === undefined) return
    lags.delete(socket)
    for (const send of lag.pending.values()) send()
  }

  const sweep = setInterval(() => {
    const before = Date.now() - patienceMs
    for (const [socket, { since }] of lags) {
      if (since >= before) continue
      figures.cut += 1
      lags.delete(socket)
      cut(socket.conn)
    }
  }, 1000)
  sweep.unref()

  return {
    /** How often a socket fell behind, and how often one did not catch up. */
    figures,
    /** True when the socket must not be written to now: what it missed is to be deferred. */
    isBehind (socket: LiveSocket): boolean {
      if (lags.size > 0 && lags.has(socket)) return true
      return tcpSocketOf(socket.conn)?.writableNeedDrain === true || waitingPackets(socket.conn) >= maxWaitingPackets
    },
    /** Calls `send` when the socket has caught up, unless a newer one for this key has taken its place. */
    defer (socket: LiveSocket, key: string, send: () => void): void {
      const lag = lags.get(socket)
      if (lag !== undefined) {
        lag.pending.set(key, send)
        return
      }
      figures.deferred += 1
      lags.set(socket, { since: Date.now(), pending: new Map([[key, send]]) })
      const tcp = tcpSocketOf(socket.conn)
      const source = tcp?.writableNeedDrain === true ? tcp : socket.conn
      source.once('drain', () => { catchUp(socket) })
      socket.conn.once('close', () => { lags.delete(socket) })
    },
    stop (): void { clearInterval(sweep) }
  }
}
