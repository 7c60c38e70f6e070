import { withArena } from './arena.ts'
import { createRandom } from './random.ts'
import type { Scenario } from './scenario.ts'
import { judge, type Verdict } from './verdict.ts'

export interface Row extends Verdict {
  scenario: string
  rules: string[]
  seconds: number
}

/** What the rules say of one scenario. A scenario that cannot be played to its end is a violation too. */
export async function runScenario (scenario: Scenario, size: 'small' | 'full', seed: number, say: (line: string) => void): Promise<Row> {
  const startedAt = performance.now()
  let verdict: Verdict | undefined
  let failure: string | undefined
  await withArena({ instances: scenario[size].instances, random: createRandom(seed), say }, async (arena) => {
    try {
      await scenario.play(arena, scenario[size])
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    for (const [at, { server }] of arena.instances.entries()) {
      if (/unhandled|uncaught/i.test(server.output())) failure ??= `instance ${at} had an unhandled error`
    }
    verdict = await judge(arena.history, arena.ledger, scenario.shownWithinMs)
  })
  if (verdict === undefined) throw new Error(`${scenario.id} could not be judged`)
  const violations = failure === undefined ? verdict.violations : [...verdict.violations, failure]
  return { scenario: scenario.id, rules: scenario.rules, seconds: (performance.now() - startedAt) / 1000, ...verdict, violations }
}
