import type { Figure } from './figures.ts'
import type { Stage } from './stage.ts'
import type { Subject } from './subject.ts'

export interface WorkloadContext {
  stage: Stage
  isQuick: boolean
  rounds: number
  /** Sockets that vote, where the workload does not say otherwise. */
  sockets: number[] | null
  peers: Subject[]
  /** A line of progress. */
  say (text: string): void
  /** Plenum was wrong: the run fails. */
  fail (text: string): void
}

export interface Workload {
  id: string
  title: string
  run (context: WorkloadContext): Promise<Figure[]>
}
