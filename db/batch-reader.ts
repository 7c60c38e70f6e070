interface Waiting<Asked, Found> {
  asked: Asked
  resolve: (found: Found) => void
  reject: (error: unknown) => void
}

// Long enough to collect the joins of a hall that comes back at once, too short for anyone to notice.
const collectMs = 5
const maxBatch = 1000

/** Reads for many who ask one by one: what is asked within a few milliseconds is read together. */
export function createBatchReader<Asked, Found> (read: (batch: Asked[]) => Promise<(asked: Asked) => Found>) {
  const waiting: Waiting<Asked, Found>[] = []

  async function answer (): Promise<void> {
    const batch = waiting.splice(0, maxBatch)
    if (waiting.length > 0) setTimeout(() => { void answer() }, 0)
    try {
      const find = await read(batch.map(({ asked }) => asked))
      for (const { asked, resolve } of batch) resolve(find(asked))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return async (asked: Asked): Promise<Found> => await new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(() => { void answer() }, collectMs)
    waiting.push({ asked, resolve, reject })
  })
}
