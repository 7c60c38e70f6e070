import { Socket } from 'node:net'
import { jsonOf } from '../polls/encoding.ts'
import type { Ack, ServerToClientEvents } from '../protocol/events.ts'
import type { LiveSocket } from './socket-types.ts'

/** A server event as it goes over the wire, encoded once for all who get it. */
export interface EncodedEvent {
  /** The Socket.IO packet; what the polling transport sends. */
  packet: string
  /** Engine.IO hands `wsPreEncodedFrame` to WebSockets as it is, where it can; else it encodes the packet like any other. */
  options: { compress: false, wsPreEncodedFrame: [Buffer] }
}

const tcpSockets = new WeakMap<object, Socket>()
const maxUnsentBytes = 1024 * 1024

/** @param json of the event's only argument */
export function encodeEvent (event: keyof ServerToClientEvents, json: string): EncodedEvent {
  return encodePacket(`2["${event}",${json}]`)
}

function encodePacket (packet: string): EncodedEvent {
  return { packet, options: { compress: false, wsPreEncodedFrame: [encodeTextFrame(`4${packet}`)] } }
}

/**
 * Acks of this socket leave as one frame that is made here: Socket.IO looks each one through for binary parts, encodes it in three steps
 * and writes it in two parts. A version of it without this seam keeps its own way.
 */
export function sendAcksAsFrames (socket: LiveSocket): void {
  if (typeof Reflect.get(socket, 'ack') !== 'function') return
  Reflect.set(socket, 'ack', (id: number) => (answer: Ack<object>) => {
    sendEncoded(socket, encodePacket(`3${id}[${answer.ok ? `{"ok":true,"data":${jsonOf(answer.data)}}` : JSON.stringify(answer)}]`))
  })
}

/**
 * Past Socket.IO's adapter: the same bytes without a room lookup, an encoder and two buffers for each socket. Where nothing waits in front
 * of it the frame goes straight to the TCP socket of the WebSocket, else through the connection's queue. Who lets too much pile up is cut.
 */
export function sendEncoded ({ conn }: LiveSocket, { packet, options }: EncodedEvent): void {
  const tcp = conn.readyState === 'open' && conn.transport.writable && waitingPackets(conn) === 0 ? tcpSocketOf(conn) : undefined
  if (tcp === undefined) conn.write(packet, options)
  else if (tcp.writableLength < maxUnsentBytes) tcp.write(options.wsPreEncodedFrame[0])
  else cut(conn)
}

/**
 * Ends the connection of somebody who does not read, in a way after which a client comes back by itself. Not by conn.close() where there is another
 * way: the TCP socket, and what waits in it, would stay for the 30 s that ws gives the other side to answer the close.
 */
export function cut (conn: LiveSocket['conn']): void {
  const tcp = tcpSocketOf(conn)
  if (tcp === undefined) conn.close(true)
  else tcp.destroy()
}

/** Undefined for the polling transport, and should the libraries in between keep it elsewhere one day. */
export function tcpSocketOf ({ transport }: LiveSocket['conn']): Socket | undefined {
  let tcp = tcpSockets.get(transport)
  if (tcp === undefined && transport.name === 'websocket') {
    const webSocket: unknown = Reflect.get(transport, 'socket')
    const found: unknown = typeof webSocket === 'object' && webSocket !== null ? Reflect.get(webSocket, '_socket') : undefined
    if (found instanceof Socket) tcpSockets.set(transport, tcp = found)
  }
  return tcp
}

/** What could not be handed to the transport yet, which engine.io keeps in here; its public `bufferedAmount` shows one message at most. */
export function waitingPackets (conn: LiveSocket['conn']): number {
  const waiting: unknown = Reflect.get(conn, 'writeBuffer')
  return Array.isArray(waiting) ? waiting.length : 0
}

/** One whole unmasked text frame (RFC 6455, section 5.2) in one buffer, so that it leaves in one system call. */
function encodeTextFrame (text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = 0x81
  if (length < 126) {
    frame[1] = length
  } else if (length < 65_536) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headerLength)
  return frame
}
