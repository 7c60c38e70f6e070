import { signal } from '@preact/signals'

export interface ServerClock {
  /** Server time in milliseconds. Reading it in a component subscribes to corrections, not to time. */
  now: () => number
  /** An instant that had passed on the server when its message was received. The latest one comes nearest. */
  learn: (instant: string) => void
  /** Forgets what was learnt: the device's clock may have been set meanwhile. */
  restart: () => void
}

export function createServerClock (deviceNowMs: () => number = Date.now): ServerClock {
  const offsetMs = signal<number | null>(null)
  return {
    now: () => deviceNowMs() + (offsetMs.value ?? 0),
    learn: (instant) => {
      const learntMs = Date.parse(instant) - deviceNowMs()
      if (!Number.isNaN(learntMs)) offsetMs.value = Math.max(offsetMs.peek() ?? -Infinity, learntMs)
    },
    restart: () => { offsetMs.value = null }
  }
}
