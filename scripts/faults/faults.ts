// Breaks what Plenum runs on while people vote, and holds all that they saw against the rules of SPEC.md.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chooseByName, readSeed, runCommand } from '../command.ts'
import { formatMarkdown, formatRows } from './report.ts'
import { runScenario, type Row } from './run-scenario.ts'
import { scenarios } from './scenarios.ts'

const usage = `Usage: npm run faults -- [--scenario NAME,NAME] [--full] [--seed N] [--json FILE] [--markdown FILE] [--help]

Starts instances of Plenum, PostgreSQL and Redis on 127.0.0.1 with a link before each, breaks them while people
vote, and holds everything that was acknowledged and shown against what is stored in the end.

  --scenario   only some of these:
${scenarios.map(({ id, title }) => `                 ${id.padEnd(16)} ${title}`).join('\n')}
  --full       large loads and many faults, for hours rather than minutes
  --seed N     begins with the same choices (default: random; it is printed)
  --json FILE  writes the figures
  --markdown FILE  writes the table

Exit code: 0 when every rule held in every scenario, 1 when one did not, 2 for options that it does not know.`

function readOptions (args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      scenario: { type: 'string' }, full: { type: 'boolean', default: false }, seed: { type: 'string' }, json: { type: 'string' }, markdown: { type: 'string' }, help: { type: 'boolean', default: false }
    }
  })
  return { ...values, seed: readSeed(values.seed), chosen: chooseByName(scenarios, 'scenario', values.scenario) }
}

async function run (options: ReturnType<typeof readOptions>): Promise<number> {
  const size = options.full ? 'full' : 'small'
  const rows: Row[] = []
  let unjudged = 0
  for (const scenario of options.chosen) {
    console.log(`== ${scenario.id}: ${scenario.title} (seed ${options.seed})`)
    const row = await runScenario(scenario, { size, seed: options.seed, say: (line) => { console.log(`   ${line}`) } }).catch((error: unknown) => { console.log(`   FAILED: ${String(error)}`) })
    if (row === undefined) {
      unjudged += 1
      continue
    }
    rows.push(row)
    console.log(`   ${row.violations.length === 0 ? 'ok' : 'FAILED'} in ${row.seconds.toFixed(1)} s: ${row.acknowledged} of ${row.votes} sendings acknowledged`)
    for (const violation of row.violations) console.log(`   ${violation}`)
  }
  console.log(`\n${formatRows(rows)}`)
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ seed: options.seed, size, rows }, null, 2))
  if (options.markdown !== undefined) writeFileSync(options.markdown, formatMarkdown(rows))
  return unjudged > 0 || rows.some(({ violations }) => violations.length > 0) ? 1 : 0
}

process.exitCode = await runCommand(process.argv.slice(2), { usage, readOptions, run })
