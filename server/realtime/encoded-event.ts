import type { ServerToClientEvents } from '../protocol/events.ts'
import type { LiveSocket } from './socket-types.ts'

/** A server event as it goes over the wire, encoded once for all who get it. */
export interface EncodedEvent {
  /** The Socket.IO packet; what the polling transport sends. */
  packet: string
  /** Engine.IO hands `wsPreEncodedFrame` to WebSockets as it is, where it can; else it encodes the packet like any other. */
  options: { compress: false, wsPreEncodedFrame: [Buffer] }
}

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
  Reflect.set(socket, 'ack', (id: number) => (answer: unknown) => {
    sendEncoded(socket, encodePacket(`3${id}[${JSON.stringify(answer)}]`))
  })
}

/** Past Socket.IO's adapter, straight to the connection: the same bytes without a room lookup, an encoder and two buffers for each socket. */
export function sendEncoded ({ conn }: LiveSocket, { packet, options }: EncodedEvent): void {
  const { transport } = conn
  // Nothing waits in front of it, so it need not pass through the connection's queue and the four events that go with it.
  const isIdle = transport.name === 'websocket' && transport.writable && conn.readyState === 'open' && waitingPackets(conn) === 0
  if (isIdle) transport.send([{ type: 'message', data: packet, options }])
  else conn.write(packet, options)
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
