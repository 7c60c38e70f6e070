// What is measured: Plenum, the limits that nothing can beat, and other designs. Each runs in processes of its own.
import type { Address, HttpDialect, SocketDialect } from './dialect.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

/** A service that can be measured. `--peer FILE` adds one from a module that exports it as `subject`. */
export interface Subject {
  /** As it appears in the tables. */
  name: string
  /** A rate in votes per second at which the search for the highest one begins. */
  firstRate: number
  start (stage: Stage): Promise<RunningSubject>
}

export interface RunningSubject {
  address: Address
  /** The processes, with all their children, whose CPU time is the server's. */
  pids: number[]
  /** A new poll of four options that takes votes. A voter may vote again and again; each vote is stored. */
  openPoll (): Promise<OpenPoll>
  /** Where the server is a Node process started by the stage: it can be asked for its event loop and memory. */
  program?: Program
  stop (): Promise<void>
}

export interface OpenPoll {
  dialect: SocketDialect | HttpDialect
  /** What the database holds. Undefined where nothing is stored. */
  readStored?: () => Promise<StoredVotes>
}

/** Counts are by option id. */
export interface StoredVotes {
  /** Rows, one for each vote that was accepted. */
  ballots: number
  /** As the service shows them. */
  counts: Record<string, number>
  /** As they follow from the rows. */
  recount: Record<string, number>
}

export const optionIds = [1, 2, 3, 4]
