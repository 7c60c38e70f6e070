import type { Sql } from 'postgres'
import { openEmbeddedLedger } from '../../test/helpers/ledger.ts'
import { withOwner } from '../../test/helpers/owner.ts'
import { checkOutputs, createArena, type Arena, type Play, type Stage } from './arena.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { openComposedStage, type ComposedStage } from './composed-stage.ts'
import { openEmbeddedStage, type EmbeddedStage } from './embedded-stage.ts'
import { promptMs, watchNoise } from './limits.ts'
import type { Scenario } from './scenario.ts'
import { judge, type Verdict } from './verdict.ts'

export interface Row extends Verdict {
  scenario: string
  rules: string[]
  seconds: number
}

export interface Run extends Play {
  size: 'small' | 'full'
  /** What is added to every limit of time, besides the noise that is measured: for runs that share the machine with others. */
  patienceMs?: number
  /** The one to play on; without it the scenario gets one of its own. */
  cluster?: Cluster | undefined
  /** The same for a scenario behind the proxy. */
  composed?: ComposedStage | undefined
  /** The same for a scenario with the embedded database. Its server has ended afterwards. */
  embedded?: EmbeddedStage | undefined
}

/** What the rules say of one scenario. A scenario that cannot be played to its end is a violation too. */
export async function runScenario (scenario: Scenario, { size, cluster, composed, embedded, ...run }: Run): Promise<Row> {
  const startedAt = performance.now()
  const counts = scenario[size]
  const verdict = await withOwner(async (owner) => {
    switch (scenario.database) {
      case 'postgres': {
        const stage = cluster ?? await openCluster(owner, counts.instances)
        return await playAndJudge(stage, run, { play: async (arena) => { await scenario.play(arena, counts) }, openLedger: async () => stage.ledger, shownWithinMs: scenario.shownWithinMs })
      }
      case 'composed': {
        const stage = composed ?? await openComposedStage(owner)
        return await playAndJudge(stage, run, { play: async (arena) => { await scenario.play(arena, counts) }, openLedger: async () => stage.ledger, shownWithinMs: scenario.shownWithinMs })
      }
      case 'embedded': {
        const stage = embedded ?? await openEmbeddedStage(owner)
        const openLedger = async () => {
          const codes = await Promise.all(stage.instances.map(async ({ server }) => await server.terminate()))
          if (codes.some((code) => code !== 0)) throw new Error(`the server ended with exit code ${codes.join(' ')}`)
          return await openEmbeddedLedger(owner, stage.dataDir)
        }
        return await playAndJudge(stage, run, { play: async (arena) => { await scenario.play(arena, counts) }, openLedger, shownWithinMs: scenario.shownWithinMs })
      }
    }
  })
  return { scenario: scenario.id, rules: scenario.rules, seconds: (performance.now() - startedAt) / 1000, ...verdict }
}

interface Judged<A> {
  play: (arena: A) => Promise<void>
  openLedger: () => Promise<Sql>
  shownWithinMs: number
}

async function playAndJudge<S extends Stage> (stage: S, { patienceMs = 0, ...run }: Play & Pick<Run, 'patienceMs'>, { play, openLedger, shownWithinMs }: Judged<S & Arena>): Promise<Verdict> {
  const failures: string[] = []
  // Clients go before what they are connected to.
  return await withOwner(async (clients) => {
    const noiseMs = watchNoise(clients)
    const arena = createArena(clients, stage, run)
    try {
      await play(arena)
      checkOutputs(stage)
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
    const ledger = await openLedger()
    // Before the judge keeps this process busy itself.
    const allowanceMs = noiseMs() + patienceMs
    const verdict = await judge(arena.history, ledger, { shownWithinMs: shownWithinMs + allowanceMs, closedWithinMs: promptMs + allowanceMs, allowanceMs })
    return { ...verdict, violations: [...verdict.violations, ...failures] }
  })
}
