import type { PlenumError } from '../protocol/problem.ts'

export interface LanesOptions<T> {
  maxBatch: number
  /** Settles every one of the batch. Resolves to why, when the storage is away. Never rejects. */
  commit: (key: string, batch: T[]) => Promise<PlenumError | undefined>
  /** Settles these without a try. */
  refuse: (rest: T[], refusal: PlenumError) => void
  /** Called when nothing waits any more. */
  onEmpty?: () => void
}

/** Queues by key. What comes while a batch of its key commits is the next batch: what is idle waits for nothing, what is busy batches by itself. */
export function createLanes<T> ({ maxBatch, commit, refuse, onEmpty = () => {} }: LanesOptions<T>) {
  const lanes = new Map<string, T[]>()

  async function work (key: string, lane: T[]): Promise<void> {
    while (lane.length > 0) {
      const refusal = await commit(key, lane.splice(0, maxBatch))
      // What waits behind a batch that found the storage away would only find the same, one deadline later.
      if (refusal !== undefined) refuse(lane.splice(0), refusal)
    }
    lanes.delete(key)
    if (lanes.size === 0) onEmpty()
  }

  return {
    isEmpty: () => lanes.size === 0,

    push (key: string, one: T): void {
      const lane = lanes.get(key)
      if (lane !== undefined) {
        lane.push(one)
        return
      }
      const started = [one]
      lanes.set(key, started)
      void work(key, started)
    }
  }
}
