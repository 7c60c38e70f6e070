import { timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Engine } from './embedded-engine.ts'
import { createFrameReader, fatalError, passwordRequest, ProtocolViolation } from './embedded-protocol.ts'

/** Connects sockets with the one session that there is, one after the other in order of arrival. */
interface Bridge {
  serve(socket: Socket): void
  /** Ends all connections, after the messages that are running. */
  close(): Promise<void>
}

interface BridgeOptions {
  engine: Engine
  /** Asked of every client; null where the socket itself is private. */
  password: string | null
}

const maxWaiting = 8
const handshakeTimeoutMs = 10_000

export function createBridge ({ engine, password }: BridgeOptions): Bridge {
  const turns = createTurns(maxWaiting)
  const served = new Map<Socket, Promise<void>>()

  async function converse (socket: Socket): Promise<void> {
    const client = createClient(socket)
    socket.setTimeout(handshakeTimeoutMs, () => { socket.destroy() })
    if (!await admit(client, password)) return
    socket.setTimeout(0)

    const turn = await turns.wait(socket)
    if (turn === 'refused') client.send(fatalError('53300', 'sorry, too many clients already'))
    if (turn !== 'taken') return
    try {
      client.send(engine.greeting)
      await pump(client, engine)
    } finally {
      await engine.reset()
      turns.pass()
    }
  }

  async function serve (socket: Socket): Promise<void> {
    try {
      await converse(socket)
    } catch (error) {
      // Anything else is a failure of the engine, which has told its owner and, where it could, the client.
      if (error instanceof ProtocolViolation) socket.write(fatalError('08P01', error.message))
    } finally {
      socket.destroySoon()
      served.delete(socket)
    }
  }

  return {
    serve (socket) {
      socket.on('error', () => {}) // it closes, and reading ends
      served.set(socket, serve(socket))
    },
    async close () {
      const ended = [...served.values()]
      for (const socket of served.keys()) {
        socket.write(fatalError('57P01', 'terminating connection because the database is shutting down'))
        socket.destroySoon()
      }
      await Promise.all(ended)
    }
  }
}

/** Runs the client's messages until it leaves; all that have arrived go together, which is what makes pipelining fast. */
async function pump (client: Client, engine: Engine): Promise<void> {
  for (;;) {
    const batch = await client.next(client.frames.takeMessages)
    if (batch === null) return
    if (batch.bytes.length > 0) await engine.run(batch.bytes, client.send)
    if (batch.terminates) return
    await client.drained()
  }
}

/** Up to the point where a server would greet. Queries cannot be cancelled here: nothing else runs while one does. */
async function admit (client: Client, password: string | null): Promise<boolean> {
  let packet = await client.next(client.frames.takeStartup)
  while (packet?.kind === 'encryption') {
    client.send(Buffer.from('N'))
    packet = await client.next(client.frames.takeStartup)
  }
  if (packet?.kind !== 'startup') return false
  if (password === null) return true

  client.send(passwordRequest)
  const given = await client.next(client.frames.takePassword)
  if (given === null) return false
  const [expected, actual] = [Buffer.from(password), Buffer.from(given)]
  const isRight = expected.length === actual.length && timingSafeEqual(expected, actual)
  if (!isRight) client.send(fatalError('28P01', 'password authentication failed'))
  return isRight
}

type Client = ReturnType<typeof createClient>

function createClient (socket: Socket) {
  const frames = createFrameReader()
  // Reading stops while messages run: a client that sends faster than they do is slowed down by its own socket.
  const incoming: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]()

  return {
    frames,
    /** What `take` finds, once it finds something; null when the client has gone. */
    async next<T> (take: () => T | null): Promise<T | null> {
      for (;;) {
        const taken = take()
        if (taken !== null) return taken
        const chunk = await incoming.next().catch(() => null)
        if (chunk === null || chunk.done === true) return null
        frames.append(chunk.value)
      }
    },
    send (bytes: Buffer): void {
      socket.write(bytes)
    },
    /** Waits for a client that reads more slowly than it asks. */
    async drained (): Promise<void> {
      if (!socket.writableNeedDrain || socket.destroyed) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off('drain', done).off('close', done)
          resolve()
        }
        socket.on('drain', done).on('close', done)
      })
    }
  }
}

/** A queue for one place. */
function createTurns (maxWaiting: number) {
  const waiting: Array<() => void> = []
  let isTaken = false

  return {
    async wait (socket: Socket): Promise<'taken' | 'refused' | 'left'> {
      if (socket.destroyed) return 'left'
      if (!isTaken) {
        isTaken = true
        return 'taken'
      }
      if (waiting.length >= maxWaiting) return 'refused'
      return await new Promise((resolve) => {
        const enter = (): void => {
          socket.off('close', leave)
          resolve('taken')
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(enter), 1)
          resolve('left')
        }
        socket.once('close', leave)
        waiting.push(enter)
      })
    },
    /** Whoever has the place hands it to the next, if there is one. */
    pass (): void {
      const enter = waiting.shift()
      if (enter === undefined) isTaken = false
      else enter()
    }
  }
}
