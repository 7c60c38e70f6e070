// What a scenario plays on, and what is written down meanwhile.
import type { ManagerOptions } from 'socket.io-client'
import type { Host } from '../../test/helpers/clients.ts'
import type { Owner } from '../../test/helpers/owner.ts'
import type { ServerProcess } from '../../test/helpers/server.ts'
import { createHistory, type History } from './history.ts'
import { createRandom } from './random.ts'

export interface Instance {
  server: ServerProcess
  /** Where clients connect. */
  url: string
}

/** Instances of Plenum that share what they store. */
export interface Stage<I extends Instance = Instance> {
  instances: I[]
  host: Host
  /** How the sockets of a crowd connect, by their place in it, where it is not as quickly as can be. */
  optionsOf? (first: number): Partial<ManagerOptions>
  /** The versions of these polls that are stored now. */
  newestVersions (pollIds: string[]): Promise<Map<string, number>>
}

/** A stage while one scenario plays on it. It owns the clients. */
export interface Arena<I extends Instance = Instance> extends Owner, Stage<I> {
  history: History
  /** Seeded; which of its numbers goes where depends on the clock, too. */
  random: () => number
  /** Counts what the scenario breaks, and says so. */
  fault (what: string): void
}

export interface Play {
  seed: number
  say: (line: string) => void
}

export function createArena<S extends Stage> (owner: Owner, stage: S, { seed, say }: Play): S & Arena {
  const history = createHistory()
  return {
    ...stage,
    ...owner,
    history,
    random: createRandom(seed),
    fault (what) {
      history.faults += 1
      say(what)
    }
  }
}

export function instanceOf<I extends Instance> ({ instances }: { instances: I[] }, at: number): I {
  const instance = instances[at % instances.length]
  if (instance === undefined) throw new Error('there is no instance')
  return instance
}

/** Whatever happened, no process may say that it lost control of an error. */
export function checkOutputs ({ instances }: Stage): void {
  for (const [at, { server }] of instances.entries()) {
    if (/unhandled|uncaught/i.test(server.output())) throw new Error(`instance ${at} had an unhandled error`)
  }
}
