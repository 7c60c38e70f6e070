/** Ends what was started for it, last things first: a test, or a scenario of faults. */
export interface Owner {
  teardown: (end: () => unknown) => void
}
