// A phone's line in front of a server: a relay with the delay and the bandwidth of a mobile network, for sockets too.
import { connect, createServer, type Socket } from 'node:net'
import type { Address } from './dialect.ts'

export interface LineSpeed {
  roundTripMs: number
  /** Bits a second towards the phone, and from it. */
  down: number
  up: number
}

/** What Lighthouse tests phones with by default: "slow 4G", once called "fast 3G" (its docs/throttling.md). */
export const mobileLine: LineSpeed = { roundTripMs: 150, down: 1_638_400, up: 750_000 }

const sliceBytes = 4096

export interface SlowLine {
  address: Address
  close: () => void
}

/** One line for one phone: its connections share the bandwidth. A slow start of TCP is not played. */
export async function startSlowLine (server: Address, { roundTripMs, down, up }: LineSpeed): Promise<SlowLine> {
  const sockets = new Set<Socket>()
  const downwards = createChannel(down, roundTripMs / 2)
  const upwards = createChannel(up, roundTripMs / 2)
  const relay = createServer((phone) => {
    const far = connect(server.port, server.host)
    for (const socket of [phone, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        phone.destroy()
        far.destroy()
      })
    }
    // The handshake of TCP is a round trip more, which the loopback interface does not take.
    upwards.carry(phone, far, roundTripMs)
    downwards.carry(far, phone, 0)
  })
  await new Promise<void>((resolve) => { relay.listen(0, '127.0.0.1', resolve) })
  const address = relay.address()
  if (address === null || typeof address === 'string') throw new Error('the line has no port')
  return {
    address: { host: '127.0.0.1', port: address.port },
    close: () => {
      relay.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}

/** One direction, in which bytes stand in line behind each other. */
function createChannel (bitsPerSecond: number, delayMs: number) {
  let freeAt = 0

  function carry (from: Socket, to: Socket, firstDelayMs: number): void {
    const opensAt = performance.now() + firstDelayMs
    const waiting: { at: number, bytes: Buffer }[] = []

    function deliver (): void {
      const [head] = waiting
      if (head === undefined) return
      const waitMs = head.at - performance.now()
      if (waitMs > 0) {
        setTimeout(deliver, waitMs)
        return
      }
      waiting.shift()
      if (!to.destroyed) to.write(head.bytes)
      deliver()
    }

    from.on('data', (chunk: Buffer) => {
      const isIdle = waiting.length === 0
      for (let start = 0; start < chunk.length; start += sliceBytes) {
        const bytes = chunk.subarray(start, start + sliceBytes)
        freeAt = Math.max(freeAt, performance.now()) + bytes.length * 8000 / bitsPerSecond
        waiting.push({ at: Math.max(freeAt, opensAt) + delayMs, bytes })
      }
      if (isIdle) deliver()
    })
  }

  return { carry }
}
