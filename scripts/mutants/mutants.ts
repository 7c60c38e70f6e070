// Takes the safeguards out of Plenum one at a time, and demands of the tests that they notice.
import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from '../../test/helpers/services.ts'
import { alignColumns } from '../columns.ts'
import { chooseByName, runCommand } from '../command.ts'
import { findRoot } from '../project.ts'
import type { Mutant } from './mutant.ts'
import { mutants } from './mutants-of-plenum.ts'
import { applyEdits, copySources, type MutatedBuild } from './mutated-build.ts'
import { runTests } from './run-tests.ts'

const usage = `Usage: npm run mutants -- [--only NAME,NAME] [--list] [--help]

Copies the sources to a temporary folder, takes one safeguard after the other out of them, builds what is
left, and runs the test file that is to notice. Before that each of these files must pass as things are.

  --only   only some of them; --list names them
  --list   says what each takes out and which test is to notice

Exit code: 0 when every mutant was caught by the test that is named for it, 1 when one was not or a
safeguard is not in the sources any more, 2 for options that it does not know.`

interface Row {
  mutant: Mutant
  seconds: number
  /** The first test that failed. */
  failed: string
  /** Why it does not count as caught. */
  problem: string | undefined
}

function readOptions (args: string[]) {
  const { values } = parseArgs({ args, options: { only: { type: 'string' }, list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
  return { ...values, chosen: chooseByName(mutants, 'mutant', values.only) }
}

function listMutants (): string {
  return alignColumns(mutants.map(({ id, rules, breaks, caughtBy: { file } }) => [id, rules.join(' '), breaks, file])).join('\n')
}

/** Throws where a file fails as things are: what fails then says nothing of a mutant. */
async function checkUnbroken (copy: MutatedBuild, chosen: Mutant[], environment: Record<string, string>): Promise<void> {
  for (const file of new Set(chosen.map(({ caughtBy }) => caughtBy.file))) {
    console.log(`== ${file}, as things are`)
    const { passed, failed, output } = await runTests(copy, file, environment)
    if (failed.length > 0 || passed === 0) throw new Error(`${file} fails without a mutant, too:\n${output}`)
  }
}

async function tryMutant (copy: MutatedBuild, mutant: Mutant, environment: Record<string, string>): Promise<Row> {
  const startedAt = performance.now()
  copy.become(mutant)
  const { file, test } = mutant.caughtBy
  const { passed, failed, output } = await runTests(copy, file, environment)
  const caught = failed.find((name) => name.includes(test))
  const row = { mutant, seconds: (performance.now() - startedAt) / 1000, failed: caught ?? failed[0] ?? '' }
  // What does not even start fails for another reason.
  if (passed === 0) return { ...row, problem: `nothing passed:\n${output}` }
  return { ...row, problem: caught === undefined ? `"${test}" did not fail:\n${output}` : undefined }
}

function formatRows (rows: Row[]): string {
  const cells = rows.map(({ mutant: { id, breaks, caughtBy }, failed, seconds, problem }) =>
    [id, breaks, caughtBy.file, failed.split(' > ')[0] ?? '', `${seconds.toFixed(1)} s`, problem === undefined ? 'caught' : 'NOT CAUGHT'])
  return alignColumns([['mutant', 'what is gone', 'file', 'the test that fails', 'took', ''], ...cells]).join('\n')
}

async function run (options: ReturnType<typeof readOptions>): Promise<number> {
  if (options.list) {
    console.log(listMutants())
    return 0
  }
  const root = findRoot()
  const copy = copySources(root)
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const environment = { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }
  const rows: Row[] = []
  try {
    // Before anything takes its time: whether all of them still fit.
    for (const { edits } of options.chosen) applyEdits(root, edits)
    copy.become({ edits: [] })
    await checkUnbroken(copy, options.chosen, environment)
    for (const mutant of options.chosen) {
      console.log(`== ${mutant.id}: ${mutant.breaks}`)
      const row = await tryMutant(copy, mutant, environment)
      rows.push(row)
      console.log(`   ${row.problem === undefined ? 'caught' : 'NOT CAUGHT'} in ${row.seconds.toFixed(1)} s: ${row.problem ?? row.failed}`)
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    await Promise.all([postgres.stop(), redis.stop()])
    copy.remove()
  }
  console.log(`\n${formatRows(rows)}`)
  return rows.some(({ problem }) => problem !== undefined) ? 1 : 0
}

process.exitCode = await runCommand(process.argv.slice(2), { usage, readOptions, run })
