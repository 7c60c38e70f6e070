// The scenarios of `npm run faults` in their small size, as tests.
import { randomInt } from 'node:crypto'
import type { Test } from 'tap'
import { runScenario, type Run } from '../../scripts/faults/run-scenario.ts'
import { scenarios } from '../../scripts/faults/scenarios.ts'

/** Plays it, on what is given, and asserts that every rule held. Returns how much it broke. */
export async function survives (t: Test, id: string, on: Pick<Run, 'cluster' | 'composed' | 'embedded'>): Promise<number> {
  const scenario = scenarios.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`there is no scenario named ${id}`)
  const seed = randomInt(2 ** 31)
  const row = await runScenario(scenario, { size: 'small', seed, say: (line) => { t.comment(line) }, ...on })
  t.comment(JSON.stringify(row))
  t.strictSame(row.violations, [], `npm run faults -- --scenario ${id} --seed ${seed}`)
  return row.faults
}
