import assert from 'node:assert/strict'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { waitUntil } from '../helpers/child-process.ts'
import { connectDatabase, createTestDatabase } from '../helpers/database.ts'
import { answersAt } from '../helpers/ledger.ts'
import { addPoll, newPoll, shownWithinMs, withCrashes, withoutCrashes, type Command, type Model } from '../helpers/model-commands.ts'
import { assertShown, everyone, openStage, type NewModelPoll, type Pair, type Stage } from '../helpers/model-stage.ts'
import type { ModelPoll } from '../helpers/poll-model.ts'
import { spawnServer, type ServerProcess } from '../helpers/server.ts'
import { skipUnless, startRedis } from '../helpers/services.ts'

// All of many runs: MODEL_RUNS=5000 npm test -- --timeout 9000 test/cluster/model.test.ts
// One that failed again: MODEL_SEED, MODEL_PATH and MODEL_REPLAY are the seed, the path and the replayPath that it has printed.
const runs = Number(process.env.MODEL_RUNS ?? 100)
/** Unless they are asked for, as many runs as fit: a busy machine takes its time. */
const playMs = process.env.MODEL_RUNS === undefined ? { calm: 9_000, crashes: 7_000 } : { calm: Infinity, crashes: Infinity }
/** For finding a smaller run that fails as well; one that is repeated alone has all the time. */
const shrinkMs = process.env.MODEL_PATH === undefined ? 25_000 : 600_000
/** So many runs there are in any case, unless one fails or is repeated. */
const least = { calm: 10, crashes: 1 }
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const skip = skipUnless('TEST_DATABASE_URL') || skipUnless('TEST_REDIS_URL')

/** Everything that anyone was sent, and every version of the ledger, is what the model says. */
async function assertWhole (stage: Stage, { polls }: Model): Promise<void> {
  for (const poll of polls) {
    const framesOf = ({ frames }: typeof stage.watchers[0]) => frames.filter(({ pollId }) => pollId === poll.body.id)
    if (isListed(poll)) {
      await waitUntil(async () => stage.watchers.every((watcher) => framesOf(watcher).at(-1)?.version === poll.version), shownWithinMs,
        () => `[R4] version ${poll.version} was not shown to ${JSON.stringify(stage.watchers.map((watcher) => framesOf(watcher).at(-1)?.version))}`)
    }
    for (const device of everyone(stage)) {
      const frames = framesOf(device)
      for (const frame of frames) assertShown(poll, frame)
      const versions = frames.map(({ version }) => version)
      assert.deepEqual(versions, versions.toSorted((one, other) => one - other), '[R3] nobody goes back')
    }
    await Promise.all(Array.from(poll.shown, async ([version, { round, answers }]) => {
      const stored = await answersAt(stage.ledger, { pollId: poll.body.id, round, version })
      assert.deepEqual(stored.map((answer) => JSON.stringify(answer)).sort(), answers.map((answer) => JSON.stringify(answer)).sort(), `[V1][V2] the ballots up to version ${version}`)
    }))
    const [tally] = await stage.ledger<{ version: number, voters: number, counts: object }[]>`
      SELECT version::int, voters, counts FROM tallies WHERE poll_id = ${poll.body.id} AND round = ${poll.round}`
    assert.equal(tally?.version, poll.version, '[R1] the stored version')
    assert.equal(tally.voters, poll.shown.get(poll.version)?.answers.length, '[R2] the stored tally')
  }
}

/** What is archived is in no list, so that who came back after a crash does not follow it. */
function isListed ({ status }: ModelPoll): boolean {
  return status !== 'draft' && status !== 'archived'
}

t.test('two instances on one PostgreSQL and one Redis do what the model says', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const databaseUrl = await createTestDatabase(t)
  const settings = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, MAX_EVENTS_PER_SOCKET: '1000', ACCESS_TOKEN_TTL_SECONDS: '86400' }
  // The first one makes the tables.
  const servers: Pair<ServerProcess> = [await spawnServer(t, settings), await spawnServer(t, settings)]
  const ledger = connectDatabase(t, databaseUrl)

  /** Returns how often an instance was killed. */
  async function holds (t: Test, command: fc.Arbitrary<Command>, play: Play, { numRuns, leastRuns, seed, examples = [] }: Plan): Promise<number> {
    let played = 0
    const floor = process.env.MODEL_PATH === undefined ? Math.min(leastRuns, numRuns) : 1
    const { beginRun, countCrashes } = await openStage(t, servers, ledger)
    const commands = fc.commands([command], { maxCommands: 40, size: 'medium', ...replayOf('MODEL_REPLAY', 'replayPath') })
    const property = fc.asyncProperty(newPoll, commands, async (poll, commands) => {
      // What is not run does not fail: the smallest that has failed until then is the answer.
      if ((performance.now() > play.endAt && played >= floor) || (play.failed ?? seed) !== seed) return
      played += 1
      try {
        const stage = await beginRun()
        const model: Model = { polls: [] }
        await addPoll(model, stage, poll, 0)
        await fc.asyncModelRun(() => ({ model, real: stage }), commands)
        await assertWhole(stage, model)
        await Promise.all(everyone(stage).flatMap((device) => model.polls.map(async ({ body }) => await device.call('poll:leave', { pollId: body.id }))))
      } catch (error) {
        if (play.failed === undefined) Object.assign(play, { failed: seed, endAt: performance.now() + shrinkMs })
        throw error
      }
    })
    const report = await fc.check(property, { seed, numRuns, examples, includeErrorInReport: true, ...replayOf('MODEL_PATH', 'path') })
    t.notOk(report.failed, fc.defaultReportMessage(report) ?? `${played} of ${numRuns} runs with the seed ${seed}`)
    if (play.failed === undefined) t.ok(played >= floor, `${played} runs, of ${floor} at the least`)
    return countCrashes()
  }

  t.test('[L1][L3][R1][R2][R3][V2][V3][V4][V9] whatever is done, in any order, on either instance', async (t) => {
    // Several at once: most of a run is waiting. A run that is repeated is alone.
    const lanes = process.env.MODEL_PATH === undefined ? 4 : 1
    const play = beginPlay(playMs.calm)
    await Promise.all(Array.from({ length: lanes }, async (_, lane) => { await holds(t, withoutCrashes, play, { numRuns: Math.ceil(runs * 0.95 / lanes), leastRuns: Math.ceil(least.calm / lanes), seed: seed + lane }) }))
  })

  t.test('[O3][V1] and with kill -9 of either instance under a vote', async (t) => {
    // A few random runs may have no crash.
    const examples: Plan['examples'] = [[{ kind: 'single', revote: 'change' }, [sampleOf('open'), sampleOf('crash')]]]
    const crashes = await holds(t, withCrashes, beginPlay(playMs.crashes), { numRuns: Math.ceil(runs * 0.05), leastRuns: least.crashes, seed, examples })
    t.ok(crashes > 0, `${crashes} crashes`)
  })
})

interface Plan {
  numRuns: number
  leastRuns: number
  seed: number
  /** They come before the random ones. */
  examples?: [poll: NewModelPoll, commands: Command[]][]
}

/** A command of this name about the first poll. */
function sampleOf (name: string): Command {
  const [command] = fc.sample(withCrashes.filter((some) => some.toString().startsWith(`${name}({"poll":0`)), { numRuns: 1, seed })
  if (command === undefined) throw new Error(`there is no command named ${name}`)
  return command
}

/** What those who play at the same time share: when one has failed, the others make room for it. */
interface Play { endAt: number, failed: number | undefined }

function beginPlay (forMs: number): Play {
  return { endAt: performance.now() + forMs, failed: undefined }
}

function replayOf (variable: string, option: string): Record<string, string> {
  const value = process.env[variable]
  return value === undefined ? {} : { [option]: value }
}
