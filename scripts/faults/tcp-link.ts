// A line between two programs that can be cut and silenced, as cables and hotel Wi-Fi are.
import { connect, createServer, type Socket } from 'node:net'

export interface TcpLink {
  /** Where the one end listens, on 127.0.0.1. */
  readonly port: number
  /** Ends every connection with a reset, and each new one until it is healed. */
  cut (): void
  /** Connections stay open and new ones are taken, but nothing comes through: neither end is told. */
  silence (): void
  heal (): void
  close (): Promise<void>
}

interface Pair { near: Socket, far: Socket }

/** A link from a port of its own to one that somebody else listens on. */
export async function openTcpLink (targetPort: number): Promise<TcpLink> {
  const pairs = new Set<Pair>()
  let state: 'whole' | 'cut' | 'silent' = 'whole'

  function carry (from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (to.destroyed || to.write(chunk)) return
      from.pause()
      to.once('drain', () => { if (state !== 'silent') from.resume() })
    })
    from.on('end', () => { to.end() })
    from.on('close', () => { to.destroy() })
    // What the other side is to see is a closed connection, whatever closed it.
    from.on('error', () => { to.destroy() })
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    if (state === 'cut') return near.resetAndDestroy()
    const far = connect({ host: '127.0.0.1', port: targetPort, noDelay: true, allowHalfOpen: true })
    const pair = { near, far }
    pairs.add(pair)
    near.on('close', () => { pairs.delete(pair) })
    carry(near, far)
    carry(far, near)
    if (state === 'silent') pause(pair)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the link has no port')

  return {
    port: address.port,
    cut () {
      state = 'cut'
      for (const { near, far } of pairs) {
        near.resetAndDestroy()
        far.resetAndDestroy()
      }
    },
    silence () {
      state = 'silent'
      pairs.forEach(pause)
    },
    heal () {
      state = 'whole'
      for (const { near, far } of pairs) {
        near.resume()
        far.resume()
      }
    },
    async close () {
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    }
  }
}

function pause ({ near, far }: Pair): void {
  near.pause()
  far.pause()
}
