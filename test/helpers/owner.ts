/** Ends what was started for it, last things first: a test, or a scenario of faults. */
export interface Owner {
  teardown: (end: () => unknown) => void
}

/** Ends all that was started in `play` when it is over, also when it throws. */
export async function withOwner (play: (owner: Owner) => Promise<void>): Promise<void> {
  const ends: Array<() => unknown> = []
  try {
    await play({ teardown: (end) => { ends.push(end) } })
  } finally {
    for (const end of ends.reverse()) await Promise.resolve(end()).catch(() => {})
  }
}
