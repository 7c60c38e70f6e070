/**
 * The frontend half of PostgreSQL's wire protocol, as far as a bridge needs it: where a message begins and ends.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** The client does not speak the protocol, and what follows in its stream cannot be read any more. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}

interface StartupPacket {
  kind: 'startup' | 'encryption' | 'cancel'
}

interface MessageBatch {
  /** Whole messages, in order of arrival; may be empty. */
  bytes: Buffer
  /** The client said good-bye after them. */
  terminates: boolean
}

interface FrameReader {
  append(chunk: Buffer): void
  /** The next packet of the phase before any message has a type; null until it is whole. */
  takeStartup(): StartupPacket | null
  /** The answer to a password request; null until it is whole. */
  takePassword(): string | null
  /** All messages that are whole by now; null if there are none. */
  takeMessages(): MessageBatch | null
}

const smallBytes = 10_000
const largeBytes = 64 * 1024 * 1024

/**
 * The longest that each type of message may be. PostgreSQL ends the session on an unknown type or a longer message,
 * and the embedded one has a single session: it would end altogether. The small limits are PostgreSQL's own.
 */
const longest: ReadonlyMap<string, number> = new Map([
  ['Q', largeBytes], ['P', largeBytes], ['B', largeBytes], ['F', largeBytes], ['d', largeBytes],
  ['D', smallBytes], ['E', smallBytes], ['C', smallBytes], ['H', smallBytes], ['S', smallBytes],
  ['X', smallBytes], ['c', smallBytes], ['f', smallBytes], ['p', smallBytes]
])

const startupKinds: ReadonlyMap<number, StartupPacket['kind']> = new Map([
  [196608, 'startup'], // version 3.0
  [80877103, 'encryption'], // SSLRequest
  [80877104, 'encryption'], // GSSENCRequest
  [80877102, 'cancel']
])

export function createFrameReader (): FrameReader {
  const chunks: Buffer[] = []
  let bufferedBytes = 0
  let wantedBytes = 0 // joining the chunks before this many have come would be in vain, and quadratic

  /** What has come so far as one piece; null if the frame that it begins with cannot be whole. */
  function gather (): Buffer | null {
    if (bufferedBytes < wantedBytes || bufferedBytes === 0) return null
    const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
    chunks.splice(0, chunks.length, whole)
    return whole
  }

  function consume (whole: Buffer, bytes: number, nextFrameBytes: number): void {
    const rest = whole.subarray(bytes)
    chunks.splice(0, chunks.length, ...(rest.length > 0 ? [rest] : []))
    bufferedBytes = rest.length
    wantedBytes = nextFrameBytes
  }

  return {
    append (chunk) {
      chunks.push(chunk)
      bufferedBytes += chunk.length
    },

    takeStartup () {
      const whole = gather()
      if (whole === null || whole.length < 8) return null
      const bytes = whole.readUInt32BE(0)
      if (bytes < 8 || bytes > smallBytes) throw new ProtocolViolation('invalid length of startup packet')
      const kind = startupKinds.get(whole.readUInt32BE(4))
      if (kind === undefined) throw new ProtocolViolation('unsupported frontend protocol, version 3.0 is spoken here')
      if (whole.length < bytes) return null
      consume(whole, bytes, 0)
      return { kind }
    },

    takePassword () {
      const whole = gather()
      const bytes = whole === null ? null : messageBytes(whole, 0)
      if (whole === null || bytes === null || whole.length < bytes) return null
      if (messageType(whole, 0) !== 'p') throw new ProtocolViolation('expected password response')
      consume(whole, bytes, 0)
      return whole.toString('utf8', 5, bytes - 1)
    },

    takeMessages () {
      const whole = gather()
      if (whole === null) return null
      const parts: Buffer[] = []
      let [copied, end] = [0, 0]
      let bytes = messageBytes(whole, end)
      while (bytes !== null && end + bytes <= whole.length) {
        const message = whole.subarray(end, end + bytes)
        const type = messageType(whole, end)
        if (type === 'p') throw new ProtocolViolation('unexpected password response')
        if (type === 'X') return { bytes: Buffer.concat([...parts, whole.subarray(copied, end)]), terminates: true }
        if (startsCopyIn(type, message)) {
          parts.push(whole.subarray(copied, end), refusedCopyIn(type, message))
          copied = end + bytes
        }
        end += bytes
        bytes = messageBytes(whole, end)
      }
      consume(whole, end, bytes ?? 0)
      if (end === 0) return null
      parts.push(whole.subarray(copied, end))
      return { bytes: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts), terminates: false }
    }
  }
}

/** Of the message at `start`, its type included; null if its length has not come yet. */
function messageBytes (buffer: Buffer, start: number): number | null {
  if (buffer.length < start + 5) return null
  const type = messageType(buffer, start)
  const limit = longest.get(type)
  if (limit === undefined) throw new ProtocolViolation(`invalid frontend message type ${type.charCodeAt(0)}`)
  const length = buffer.readUInt32BE(start + 1)
  if (length < 4 || length > limit) throw new ProtocolViolation('invalid message length')
  return length + 1
}

function messageType (buffer: Buffer, start: number): string {
  return String.fromCharCode(buffer.readUInt8(start))
}

/**
 * COPY FROM STDIN turns the stream around in the middle of a batch, and PGlite dies of what it then finds there. The
 * clients are our own, so it is enough to catch the plain spelling.
 */
function startsCopyIn (type: string, message: Buffer): boolean {
  if (type !== 'Q' && type !== 'P') return false
  const text = message.toString('latin1', 5)
  return /\bstdin\b/i.test(text) && /\bcopy\b[^;]*\bfrom\s+stdin\b/i.test(text)
}

const refusal = "DO $$BEGIN RAISE EXCEPTION 'COPY FROM STDIN does not work on the embedded database' USING ERRCODE = '0A000'; END$$"

/** The same kind of message, under the same name, with a statement that fails and says why. */
function refusedCopyIn (type: string, message: Buffer): Buffer {
  if (type === 'Q') return simpleQuery(refusal)
  const name = message.subarray(5, message.indexOf(0, 5) + 1)
  return createMessage('P', Buffer.concat([name, Buffer.from(`${refusal}\0`), Buffer.from([0, 0])]))
}

export function simpleQuery (text: string): Buffer {
  return createMessage('Q', Buffer.from(`${text}\0`))
}

export const sync = createMessage('S', Buffer.alloc(0))

export const passwordRequest = createMessage('R', Buffer.from([0, 0, 0, 3]))

export function startupPacket (parameters: Record<string, string>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`).join('')
  const body = Buffer.from(`${pairs}\0`)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(head.length + body.length, 0)
  head.writeUInt32BE(196608, 4)
  return Buffer.concat([head, body])
}

/** An ErrorResponse after which the server closes the connection; `code` is an SQLSTATE. */
export function fatalError (code: string, message: string): Buffer {
  return createMessage('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`))
}

function createMessage (type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
