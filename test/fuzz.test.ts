// A few hundred of the inputs of `npm run fuzz`, the same ones each time, after those that once found something.
import t from 'tap'
import { judgeStage, runCampaign } from '../scripts/fuzz/campaign.ts'
import { openStage } from '../scripts/fuzz/stage.ts'
import { targets } from '../scripts/fuzz/targets/targets.ts'
import { createTestDatabase } from './helpers/database.ts'
import { skipUnless } from './helpers/services.ts'

const needsLinux = process.platform === 'linux' ? false : 'the memory of the server is read from /proc'

t.test('[O4][R6] inputs that are almost right harm nobody, and tell nothing that is hidden', { skip: skipUnless('TEST_DATABASE_URL') || needsLinux }, async (t) => {
  const stage = await openStage(t, await createTestDatabase(t))
  for (const target of targets) {
    const row = await runCampaign(stage, target, { runs: 240, seed: 20260101, say: (line) => { t.comment(line) } })
    t.strictSame(row.violations, [], `${target.title}: ${JSON.stringify(row.failure ?? row.refused)}`)
    // What comes after it would say the same, and take its time.
    if (row.violations.length > 0) break
    t.ok(row.inputs >= 240 && row.bystanderAcks > 0, `${row.inputs} inputs, ${row.bystanderAcks} votes of the bystander`)
  }
  t.strictSame(await judgeStage(stage), [])
})
