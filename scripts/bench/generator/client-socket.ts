// One connection of the load: a net socket that speaks just enough Engine.IO and Socket.IO.
import { connect, type Socket } from 'node:net'
import type { Address, SocketDialect } from '../dialect.ts'
import { encodeFrame, firstId, opcodes, readFrames } from './frames.ts'

export interface ClientSocket {
  /** Place in the whole load, over all processes. */
  readonly index: number
  /** How far it has come, for messages. */
  readonly progress: 'connecting' | 'upgrading' | 'greeting' | 'joining' | 'ready'
  write (frame: Buffer): void
  /** Ends the connection without a goodbye, as a lost network does. */
  destroy (): void
}

/** The bytes from `start` to `end` are the message; they are only valid during the call. */
export interface ClientSocketListener {
  /** Connected, and the join (if there is one) was acknowledged with this message. */
  ready (socket: ClientSocket, bytes: Buffer, start: number, end: number): void
  acknowledged (id: number, isAccepted: boolean, bytes: Buffer, start: number, end: number): void
  results (socket: ClientSocket, bytes: Buffer, start: number, end: number): void
  /** Closed by the other side, or refused. Not called after `destroy`. */
  lost (socket: ClientSocket, reason: string): void
}

export interface ClientSocketOptions {
  index: number
  address: Address
  localAddress: string
  dialect: SocketDialect
  listener: ClientSocketListener
}

// A read is handled before the next one begins, so all sockets share one buffer.
const sharedBuffer = Buffer.allocUnsafe(64 * 1024)
const pong = encodeFrame('3')
const hello = encodeFrame('40')
const ascii = { zero: 0x30, two: 0x32, three: 0x33, four: 0x34, nine: 0x39 }

/** True when the message goes on with this text at `start`. */
function startsWith (bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  return end - start >= text.length && bytes.compare(text, 0, text.length, start, start + text.length) === 0
}

/** What all sockets of one dialect share. */
interface Wire {
  upgrade: Buffer
  join: Buffer | null
  accepted: Buffer
  results: Buffer
}

const wires = new WeakMap<SocketDialect, Wire>()

function wireOf (dialect: SocketDialect, { host, port }: Address): Wire {
  let wire = wires.get(dialect)
  if (wire === undefined) {
    const query = dialect.transport === 'socket.io' ? '?EIO=4&transport=websocket' : ''
    const { join } = dialect
    wire = {
      upgrade: Buffer.from(`GET ${dialect.path}${query} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'),
      join: join === null ? null : encodeFrame(`420${JSON.stringify([join.event, join.data])}`),
      accepted: Buffer.from(dialect.accepted),
      results: Buffer.from(dialect.results)
    }
    wires.set(dialect, wire)
  }
  return wire
}

export function createClientSocket ({ index, address, localAddress, dialect, listener }: ClientSocketOptions): ClientSocket {
  const wire = wireOf(dialect, address)
  let progress: ClientSocket['progress'] = 'connecting'
  let isOver = false
  let pending: Buffer | null = null

  const lose = (reason: string): void => {
    if (isOver) return
    isOver = true
    connection.destroy()
    listener.lost(self, reason)
  }

  function becomeReady (bytes: Buffer, start: number, end: number): void {
    progress = 'ready'
    listener.ready(self, bytes, start, end)
  }

  function read (bytes: Buffer, start: number, end: number): number {
    if (progress !== 'upgrading') return readFrames(bytes, start, end, onFrame)
    const head = bytes.indexOf('\r\n\r\n', start)
    if (head === -1 || head + 4 > end) return start
    const status = bytes.toString('latin1', start, Math.min(end, start + 12))
    if (!status.endsWith(' 101')) {
      lose(`upgrade refused: ${bytes.toString('latin1', start, Math.min(end, start + 300))}`)
      return end
    }
    progress = 'greeting'
    if (dialect.transport === 'websocket') becomeReady(bytes, end, end)
    return readFrames(bytes, head + 4, end, onFrame)
  }

  function onFrame (opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === opcodes.close) return lose('closed by the server')
    if (opcode !== opcodes.text) return
    const first = bytes[start]
    if (dialect.transport === 'websocket' && !(first === ascii.four && bytes[start + 1] === ascii.three)) return listener.results(self, bytes, start, end)
    if (first === ascii.two) return self.write(pong)
    if (first === ascii.zero) return self.write(hello)
    if (first !== ascii.four) return
    const second = bytes[start + 1]
    if (second === ascii.three) return onAck(bytes, start + 2, end)
    if (second === ascii.two) {
      if (startsWith(bytes, start, end, wire.results)) listener.results(self, bytes, start, end)
      return
    }
    if (second === ascii.zero) {
      if (wire.join === null) return becomeReady(bytes, end, end)
      progress = 'joining'
      return self.write(wire.join)
    }
    lose(`refused: ${bytes.toString('utf8', start, Math.min(end, start + 300))}`)
  }

  function onAck (bytes: Buffer, start: number, end: number): void {
    let at = start
    let id = 0
    for (let digit = bytes[at]; digit !== undefined && digit >= ascii.zero && digit <= ascii.nine; digit = bytes[++at]) id = id * 10 + digit - ascii.zero
    const isAccepted = startsWith(bytes, at, end, wire.accepted)
    if (id >= firstId) return listener.acknowledged(id, isAccepted, bytes, at, end)
    if (!isAccepted) return lose(`join refused: ${bytes.toString('utf8', at, Math.min(end, at + 300))}`)
    if (progress !== 'ready') becomeReady(bytes, at, end)
  }

  function onRead (length: number, buffer: Buffer): boolean {
    const isWhole = pending === null
    const bytes = pending === null ? buffer : Buffer.concat([pending, buffer.subarray(0, length)])
    const end = isWhole ? length : bytes.length
    const rest = read(bytes, 0, end)
    // A copy: the shared buffer is overwritten by the next read.
    pending = rest === end ? null : Buffer.from(bytes.subarray(rest, end))
    return true
  }

  const connection: Socket = connect({
    host: address.host,
    port: address.port,
    localAddress,
    noDelay: true,
    onread: { buffer: sharedBuffer, callback: (length, buffer) => onRead(length, Buffer.isBuffer(buffer) ? buffer : sharedBuffer) }
  })
  connection.on('connect', () => {
    progress = 'upgrading'
    connection.write(wire.upgrade)
  })
  connection.on('error', (error) => lose(error.message))
  connection.on('close', () => lose('closed by the server'))

  const self: ClientSocket = {
    index,
    get progress () { return progress },
    write: (frame) => { connection.write(frame) },
    destroy: () => {
      isOver = true
      connection.destroy()
    }
  }
  return self
}
