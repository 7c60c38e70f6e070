import { PlenumError } from '../protocol/problem.ts'

export interface TurnsOptions {
  /** At once. */
  maxRunning: number
  maxWaiting: number
  maxWaitingPerKey: number
  maxWaitMs: number
  /** What whoever is refused is told. */
  busyDetail: string
}

interface Waiting {
  key: string
  start: () => void
  refuse: (refusal: PlenumError) => void
}

const retryAfterMs = 2000

/** What takes a while, a few at once and of each key one. First come, first served. */
export function createTurns ({ maxRunning, maxWaiting, maxWaitingPerKey, maxWaitMs, busyDetail }: TurnsOptions) {
  const running = new Set<string>()
  const queue = new Set<Waiting>()
  const busy = () => new PlenumError('busy', { detail: busyDetail, retryAfterMs })
  let refusal: PlenumError | undefined

  function startNext (): void {
    for (const waiting of queue) {
      if (running.size >= maxRunning) return
      if (running.has(waiting.key)) continue
      queue.delete(waiting)
      running.add(waiting.key)
      waiting.start()
    }
  }

  async function wait (key: string): Promise<void> {
    const before = Array.from(queue).filter((waiting) => waiting.key === key).length
    if (queue.size >= maxWaiting || before >= maxWaitingPerKey) throw busy()
    await new Promise<void>((resolve, reject) => {
      const waiting = {
        key,
        start: () => {
          clearTimeout(timer)
          resolve()
        },
        refuse: (why: PlenumError) => {
          clearTimeout(timer)
          queue.delete(waiting)
          reject(why)
        }
      }
      const timer = setTimeout(() => { waiting.refuse(busy()) }, maxWaitMs)
      queue.add(waiting)
    })
  }

  return {
    /** Throws busy. `check` throws when it is time to give up. */
    async run<T> (key: string, read: (check: () => void) => Promise<T>): Promise<T> {
      if (refusal !== undefined) throw refusal
      if (running.has(key) || running.size >= maxRunning) await wait(key)
      else running.add(key)
      try {
        return await read(() => { if (refusal !== undefined) throw refusal })
      } finally {
        running.delete(key)
        startNext()
      }
    },

    /** Ends what is running at its next check, and what waits at once. */
    stop (): void {
      refusal = new PlenumError('unavailable', { detail: 'The server is stopping.', retryAfterMs })
      for (const waiting of queue) waiting.refuse(refusal)
    }
  }
}
