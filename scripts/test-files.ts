// Runs test files as processes of their own, as tap does it, and writes TAP. `tap run` would put hooks for its coverage and its mocks
// under every import, which takes each file twice as long to load.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import t from 'tap'

const usage = `Usage: node scripts/test-files.js --jobs N --timeout SECONDS FILE...

Runs the test FILEs, N of them at once, and writes their TAP in their order.`

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false }, jobs: { type: 'string', default: '1' }, timeout: { type: 'string', default: '30' } }
})

if (values.help) console.log(usage)
else {
  t.jobs = Number(values.jobs)
  // As long as its files take: each has a limit of its own.
  t.setTimeout(0)
  await Promise.all(files.map(async (file) => await t.spawn(process.execPath, ['--enable-source-maps', file], {
    name: relative(process.cwd(), file),
    buffered: true,
    timeout: Number(values.timeout) * 1000,
    stdio: 'inherit',
    // The same for the file as it sees itself.
    env: { ...process.env, TAP_TIMEOUT: values.timeout }
  })))
}
