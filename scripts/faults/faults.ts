// Breaks what Plenum runs on while people vote, and holds all that they saw against the rules of SPEC.md.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
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
    args, options: { scenario: { type: 'string' }, full: { type: 'boolean' }, seed: { type: 'string' }, json: { type: 'string' }, markdown: { type: 'string' }, help: { type: 'boolean' } }
  })
  const names = values.scenario?.split(',')
  const unknown = names?.find((name) => !scenarios.some(({ id }) => id === name))
  if (unknown !== undefined) throw new Error(`There is no scenario named ${unknown}.`)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  if (!Number.isSafeInteger(seed)) throw new Error('The seed is a whole number.')
  return { ...values, seed, chosen: scenarios.filter(({ id }) => names === undefined || names.includes(id)) }
}

async function main (args: string[]): Promise<number> {
  let options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  if (options.help === true) {
    console.log(usage)
    return 0
  }
  const size = options.full === true ? 'full' : 'small'
  const rows: Row[] = []
  for (const scenario of options.chosen) {
    console.log(`== ${scenario.id}: ${scenario.title} (seed ${options.seed})`)
    const row = await runScenario(scenario, { size, seed: options.seed, say: (line) => { console.log(`   ${line}`) } })
    rows.push(row)
    console.log(`   ${row.violations.length === 0 ? 'ok' : 'FAILED'} in ${row.seconds.toFixed(1)} s: ${row.acknowledged} of ${row.votes} sendings acknowledged`)
    for (const violation of row.violations) console.log(`   ${violation}`)
  }
  console.log(`\n${formatRows(rows)}`)
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ seed: options.seed, size, rows }, null, 2))
  if (options.markdown !== undefined) writeFileSync(options.markdown, formatMarkdown(rows))
  return rows.some(({ violations }) => violations.length > 0) ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
