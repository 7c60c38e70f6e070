// WebSocket frames (RFC 6455) by hand: what a client sends is masked, what a server sends is not.

/** Not zero: servers may skip the unmasking of a zero one. */
const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

export const opcodes = { text: 1, close: 8, ping: 9 } as const

/** A single text frame, masked. */
export function encodeFrame (text: string): Buffer {
  const payload = Buffer.from(text)
  const header = payload.length < 126
    ? Buffer.from([0x80 | opcodes.text, 0x80 | payload.length])
    : Buffer.from([0x80 | opcodes.text, 0x80 | 126, payload.length >> 8, payload.length & 0xff])
  if (payload.length > 0xffff) throw new Error('A frame of the load may have 65,535 bytes at most.')
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0)
  return Buffer.concat([header, mask, payload])
}

/** Acks are told apart by ids of this many digits. */
const idDigits = 8
export const firstId = 10 ** (idDigits - 1)

/** A masked frame that is encoded once; only the digits of its ack id differ from copy to copy. */
export interface CallTemplate {
  /** A frame that may be written as it is. */
  encode (id: number): Buffer
}

const idOffset = '42'.length

export function createCallTemplate (event: string, data: unknown): CallTemplate {
  const model = encodeFrame(`42${firstId}${JSON.stringify([event, data])}`)
  const payloadLength = Buffer.byteLength(`42${firstId}${JSON.stringify([event, data])}`)
  const idStart = model.length - payloadLength + idOffset
  return {
    encode (id) {
      // A copy: a frame that the kernel has not taken yet must not change.
      const frame = Buffer.allocUnsafe(model.length)
      model.copy(frame)
      let rest = id
      for (let at = idDigits - 1; at >= 0; at--) {
        frame[idStart + at] = (48 + rest % 10) ^ (mask[(idOffset + at) & 3] ?? 0)
        rest = Math.floor(rest / 10)
      }
      return frame
    }
  }
}

/** Called with the bytes from `start` to `end` of a server's message. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void

/** Finds the whole frames in `bytes` from `start` to `end`; returns where the first incomplete one begins. */
export function readFrames (bytes: Buffer, start: number, end: number, onFrame: OnFrame): number {
  let at = start
  while (end - at >= 2) {
    const length = (bytes[at + 1] ?? 0) & 0x7f
    const headerLength = length < 126 ? 2 : length === 126 ? 4 : 10
    if (end - at < headerLength) break
    const payloadLength = length < 126 ? length : length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    const payloadStart = at + headerLength
    if (end - payloadStart < payloadLength) break
    onFrame((bytes[at] ?? 0) & 0x0f, bytes, payloadStart, payloadStart + payloadLength)
    at = payloadStart + payloadLength
  }
  return at
}
