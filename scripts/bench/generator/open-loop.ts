// Sends at a rate that does not wait for answers: what is due is sent, and latency counts from when it was due.
import { readClock } from '../clock.ts'

export interface OpenLoopOptions {
  ratePerSecond: number
  /** On the clock that all processes share. */
  startAt: number
  durationMs: number
  send (n: number, dueAt: number): void
}

export interface OpenLoopReport {
  sent: number
  /** How much too late each one was sent. */
  lateMs: Float32Array
}

/** Keeps a burst after a stall from starving the reads. */
const maxPerTick = 2000

export function runOpenLoop ({ ratePerSecond, startAt, durationMs, send }: OpenLoopOptions): Promise<OpenLoopReport> {
  const total = Math.floor(ratePerSecond * durationMs / 1000)
  const intervalMs = 1000 / ratePerSecond
  const lateMs = new Float32Array(total)
  let sent = 0
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = readClock()
      for (let burst = 0; burst < maxPerTick && sent < total; burst++) {
        const dueAt = startAt + sent * intervalMs
        if (dueAt > now) break
        send(sent, dueAt)
        lateMs[sent] = now - dueAt
        sent++
      }
      if (sent < total) return
      clearInterval(timer)
      resolve({ sent, lateMs })
    }, 1)
  })
}
