import type { Arena } from './arena.ts'
import type { ClusterArena } from './cluster.ts'
import type { ComposedArena } from './composed-stage.ts'

export interface Size {
  instances: number
  voters: number
  watchers: number
  polls: number
  votesPerSecond: number
  seconds: number
  /** How often something is broken, or the like; what it means is the scenario's. */
  times: number
  /** How long something is away each time. */
  outageMs: number
}

interface Description {
  id: string
  title: string
  rules: string[]
  /** From an acknowledgement to the screens, on a machine that is not busy. */
  shownWithinMs: number
  small: Size
  full: Size
}

export interface ClusterScenario extends Description {
  database: 'postgres'
  play (arena: ClusterArena, size: Size): Promise<void>
}

export interface EmbeddedScenario extends Description {
  database: 'embedded'
  play (arena: Arena, size: Size): Promise<void>
}

/** On what docker-compose.yml is made of. */
export interface ComposedScenario extends Description {
  database: 'composed'
  play (arena: ComposedArena, size: Size): Promise<void>
}

export type Scenario = ClusterScenario | EmbeddedScenario | ComposedScenario

export const small: Size = { instances: 3, voters: 40, watchers: 6, polls: 3, votesPerSecond: 100, seconds: 4, times: 1, outageMs: 4000 }
export const full: Size = { instances: 3, voters: 1000, watchers: 100, polls: 10, votesPerSecond: 1000, seconds: 60, times: 3, outageMs: 30_000 }
