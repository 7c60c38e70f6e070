/** Ends what was started for it, last things first: a test, or a scenario of faults. */
export interface Owner {
  teardown: (end: () => unknown) => void
}

/** Ends everything that was started meanwhile, last things first, also when it throws; one that cannot be ended keeps no other from its end. */
export async function withOwner<T> (use: (owner: Owner) => Promise<T>): Promise<T> {
  const ends: Array<() => unknown> = []
  try {
    return await use({ teardown: (end) => { ends.push(end) } })
  } finally {
    for (const end of ends.reverse()) {
      try {
        await end()
      } catch {}
    }
  }
}
