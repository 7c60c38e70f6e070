// A line between two programs that can be cut, silenced and slowed, as cables and hotel Wi-Fi are.
import { connect, createServer, type Socket } from 'node:net'
import { openTcpLine, type Delay, type TcpLine } from './tcp-line.ts'

export type Direction = 'there' | 'back'

export interface TcpLink {
  /** Where the one end listens, on 127.0.0.1. */
  readonly port: number
  /** Ends every connection with a reset, and each new one until it is healed. */
  cut (): void
  /** Connections stay open and new ones are taken, but nothing comes through: neither end is told. In one direction only, it is half open. */
  silence (directions?: Direction[]): void
  slow (delay: Delay): void
  heal (): void
  close (): Promise<void>
}

interface Pair { near: Socket, far: Socket, lines: Record<Direction, TcpLine> }

interface State { isCut: boolean, silent: Direction[], delay: Delay | undefined }

const whole: State = { isCut: false, silent: [], delay: undefined }

/** A link from a port of its own to one that somebody else listens on. */
export async function openTcpLink (targetPort: number): Promise<TcpLink> {
  const pairs = new Set<Pair>()
  let state = whole

  function apply ({ near, far, lines }: Pair): void {
    if (state.isCut) {
      near.resetAndDestroy()
      far.resetAndDestroy()
      return
    }
    for (const direction of ['there', 'back'] as const) lines[direction].set({ isSilent: state.silent.includes(direction), delay: state.delay })
  }

  function become (next: State): void {
    state = next
    pairs.forEach(apply)
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    if (state.isCut) return near.resetAndDestroy()
    const far = connect({ host: '127.0.0.1', port: targetPort, noDelay: true, allowHalfOpen: true })
    const pair = { near, far, lines: { there: openTcpLine(near, far), back: openTcpLine(far, near) } }
    pairs.add(pair)
    near.on('close', () => { pairs.delete(pair) })
    apply(pair)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the link has no port')

  return {
    port: address.port,
    cut () { become({ ...whole, isCut: true }) },
    silence (directions = ['there', 'back']) { become({ ...whole, silent: directions }) },
    slow (delay) { become({ ...whole, delay }) },
    heal () { become(whole) },
    async close () {
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    }
  }
}
