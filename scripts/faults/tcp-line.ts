// One direction of one connection.
import type { Socket } from 'node:net'

/** TCP hides that packets get lost: what a program sees of it is that everything stands still until they were sent again. */
export interface Delay {
  delayMs: number
  /** Up to as much more, differently each time. */
  jitterMs: number
  /** Of the pieces that come through, these stand still for `stallMs` more, and all that come after them. */
  stallShare: number
  stallMs: number
  random: () => number
}

export interface TcpLine {
  set (state: { isSilent: boolean, delay: Delay | undefined }): void
}

const maxHeldBytes = 1024 * 1024

/** Carries what `from` gets to `to`, in order. */
export function openTcpLine (from: Socket, to: Socket): TcpLine {
  const held: { chunk: Buffer, dueAt: number }[] = []
  let heldBytes = 0
  let isSilent = false
  let delay: Delay | undefined
  let hasEnded = false
  let timer: NodeJS.Timeout | undefined

  function flow (): void {
    if (isSilent || to.writableNeedDrain || heldBytes > maxHeldBytes) from.pause()
    else from.resume()
  }

  function write (chunk: Buffer): void {
    if (!to.destroyed && !to.write(chunk)) flow()
  }

  function release (): void {
    timer = undefined
    for (let next = held[0]; next !== undefined && next.dueAt <= performance.now(); next = held[0]) {
      held.shift()
      heldBytes -= next.chunk.length
      write(next.chunk)
    }
    const next = held[0]
    if (next !== undefined) timer = setTimeout(release, Math.max(0, next.dueAt - performance.now()))
    else if (hasEnded) to.end()
    flow()
  }

  function dueAtOf ({ delayMs, jitterMs, stallShare, stallMs, random }: Delay): number {
    const late = delayMs + jitterMs * random() + (random() < stallShare ? stallMs : 0)
    return Math.max(held.at(-1)?.dueAt ?? 0, performance.now() + late)
  }

  from.on('data', (chunk) => {
    if (delay === undefined && held.length === 0) return write(chunk)
    held.push({ chunk, dueAt: delay === undefined ? 0 : dueAtOf(delay) })
    heldBytes += chunk.length
    timer ??= setTimeout(release, Math.max(0, (held[0]?.dueAt ?? 0) - performance.now()))
    flow()
  })
  to.on('drain', flow)
  from.on('end', () => {
    hasEnded = true
    if (held.length === 0) to.end()
  })
  from.on('close', () => {
    clearTimeout(timer)
    to.destroy()
  })
  // What the other side is to see is a closed connection, whatever closed it.
  from.on('error', () => { to.destroy() })

  return {
    set (state) {
      ({ isSilent, delay } = state)
      flow()
    }
  }
}
