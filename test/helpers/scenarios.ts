// The scenarios of `npm run faults` in their small size, as tests.
import { randomInt } from 'node:crypto'
import type { Test } from 'tap'
import { runScenario, type Run } from '../../scripts/faults/run-scenario.ts'
import { scenarios } from '../../scripts/faults/scenarios.ts'

/** Tests run beside each other: how fast everything is, `npm run faults` asks, on a machine of its own. */
const patienceMs = 4000

/** Plays it, on what is given, and asserts that every rule held. Returns how much it broke. */
export async function survives (t: Test, id: string, on: Pick<Run, 'cluster' | 'composed' | 'embedded'>): Promise<number> {
  const scenario = scenarios.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`there is no scenario named ${id}`)
  const seed = randomInt(2 ** 31)
  const row = await runScenario(scenario, { size: 'small', patienceMs, seed, say: (line) => { t.comment(line) }, ...on })
  t.comment(JSON.stringify(row))
  t.strictSame(row.violations, [], `npm run faults -- --scenario ${id} --seed ${seed}`)
  return row.faults
}
