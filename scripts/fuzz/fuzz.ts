// Sends a server what nobody should, and looks whether anybody else notices.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { withOwner } from '../../test/helpers/owner.ts'
import { startPostgres } from '../../test/helpers/services.ts'
import { alignColumns } from '../columns.ts'
import { chooseByName, readSeed, runCommand } from '../command.ts'
import { judgeStage, runCampaign, toleratedMegabytes, type Row } from './campaign.ts'
import { openStage } from './stage.ts'
import { targets } from './targets/targets.ts'

const usage = `Usage: npm run fuzz -- [--target NAME,NAME] [--runs N] [--seed N] [--json FILE] [--help]

Starts PostgreSQL and a server for each target, and sends it inputs that are almost right, while a bystander votes.
The server must live on, answer no 5xx, refuse with the codes of the contract and send nothing that is hidden, and
every vote of the bystander must be acknowledged in order and count. After the first tenth of the inputs its memory
may grow by ${toleratedMegabytes} MB: a leak of 15 kB an input is found with 5000 of them, one of 1 kB with 73000.

  --target   only some of these:
${targets.map(({ id, title }) => `               ${id.padEnd(8)} ${title}`).join('\n')}
  --runs N   random inputs for each target, after those of test/fuzz-corpus (default 5000)
  --seed N   begins with the same inputs (default: random; it is printed)
  --json FILE  writes the figures

Exit code: 0 when every rule held, 1 when one did not, 2 for options that it does not know.`

function formatRows (rows: Row[]): string {
  const header = ['target', 'inputs', 'connections ended', 'bystander\'s acks', 'MB before', 'after', 'seconds', '', 'refused']
  const cells = rows.map(({ target, inputs, ended, bystanderAcks, megabytesBefore, megabytesAfter, seconds, violations, refused }) => [
    target, ...[inputs, ended, bystanderAcks, megabytesBefore, megabytesAfter, Math.round(seconds)].map(String),
    violations.length === 0 ? 'ok' : 'FAILED', Object.entries(refused).map(([code, count]) => `${code} ${count}`).join(', ')
  ])
  return alignColumns([header, ...cells]).join('\n')
}

function readOptions (args: string[]) {
  const { values } = parseArgs({
    args, options: { target: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', default: false } }
  })
  const runs = Number(values.runs ?? 5_000)
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs takes a number from 1.')
  return { ...values, runs, seed: readSeed(values.seed), chosen: chooseByName(targets, 'target', values.target) }
}

async function run ({ runs, seed, chosen, json }: ReturnType<typeof readOptions>): Promise<number> {
  const rows: Row[] = []
  for (const target of chosen) {
    console.log(`== ${target.id}: ${target.title} (${runs} inputs, seed ${seed})`)
    await withOwner(async (owner) => {
      const postgres = await startPostgres()
      owner.teardown(async () => { await postgres.stop() })
      const stage = await openStage(owner, postgres.url)
      const row = await runCampaign(stage, target, { runs, seed, say: (line) => { console.log(`   ${line}`) } })
      row.violations.push(...await judgeStage(stage))
      rows.push(row)
      for (const violation of row.violations) console.log(`   ${violation}`)
      if (row.failure !== undefined) console.log(`   first     ${row.failure.first.slice(0, 2_000)}\n   smallest  ${row.failure.smallest.slice(0, 2_000)}`)
    })
  }
  console.log(`\n${formatRows(rows)}`)
  if (json !== undefined) writeFileSync(json, JSON.stringify({ runs, seed, rows }, null, 2))
  return rows.some(({ violations }) => violations.length > 0) ? 1 : 0
}

process.exitCode = await runCommand(process.argv.slice(2), { usage, readOptions, run })
