// What may be done to a poll, each thing with what must come of it by the model. Random ones in a row make a run.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { Answer, Poll, PollKind, Receipt, Results } from '../../server/protocol/poll.ts'
import { waitUntil } from './child-process.ts'
import { request } from './clients.ts'
import { assertAnswers, assertShown, castVote, connectAgain, crash, createPoll, type InstanceIndex, type NewModelPoll, type Stage, type StageVoter } from './model-stage.ts'
import type { Outcome } from '../../scripts/faults/history.ts'
import { applyCommand, expectedOutcome, lastVersionOf, modelOf, storeVote, type ModelPoll, type PollCommand, type VoteOutcome } from './poll-model.ts'

export interface Model { polls: ModelPoll[] }
export type Command = fc.AsyncCommand<Model, Stage>

/** R4, with Redis just connected again after a crash, and what a busy machine takes by itself. */
export const shownWithinMs = 3500

/** In canonical form: what is stored is what was sent. */
const answers: Record<PollKind, Answer[]> = {
  single: [{ choices: [1] }, { choices: [2] }, { choices: [3] }],
  multiple: [{ choices: [1] }, { choices: [1, 2] }, { choices: [2, 3] }],
  ranking: [{ choices: [1, 2, 3] }, { choices: [3, 1] }, { choices: [2] }],
  rating: [{ value: 1 }, { value: 2 }, { value: 5 }],
  number: [{ value: -1.5 }, { value: 0 }, { value: 7 }],
  text: [{ text: 'Yes' }, { text: 'No' }, { text: 'Perhaps' }],
  words: [{ words: ['tea'] }, { words: ['coffee', 'tea'] }, { words: ['water'] }]
}

const instance = fc.constantFrom<InstanceIndex>(0, 1)
const pollIndex = fc.constantFrom(0, 0, 1)
const voterIndex = fc.nat(2)
const way = fc.record({ instance, isSocket: fc.boolean() })
/** Null takes the vote back. */
const choice = fc.option(fc.nat(2), { freq: 5 })
export const newPoll = fc.record<NewModelPoll>({
  kind: fc.constantFrom('single', 'multiple', 'single', 'multiple', 'rating', 'ranking', 'number', 'text', 'words'), revote: fc.constantFrom('locked', 'change', 'withdraw')
})

/** A command about one of the polls; it waits for that poll to be there. */
function about<T extends { poll: number }> (name: string, given: fc.Arbitrary<T>, run: (given: T, poll: ModelPoll, stage: Stage) => Promise<void>): fc.Arbitrary<Command> {
  return given.map((values) => ({
    check: ({ polls }) => polls[values.poll] !== undefined,
    run: async ({ polls }, stage) => {
      const poll = polls[values.poll]
      if (poll !== undefined) await run(values, poll, stage)
    },
    toString: () => `${name}(${JSON.stringify(values)})`
  }))
}

export async function addPoll ({ polls }: Model, stage: Stage, poll: NewModelPoll, at: InstanceIndex): Promise<void> {
  polls.push(modelOf(await createPoll(stage, poll, at)))
}

const create = fc.record({ poll: newPoll, instance }).map(({ poll, instance }): Command => ({
  check: ({ polls }) => polls.length < 2,
  run: async (model, stage) => { await addPoll(model, stage, poll, instance) },
  toString: () => `create(${JSON.stringify(poll)})`
}))

const command = (name: PollCommand) => about(name, fc.record({ poll: pollIndex, instance }), async ({ instance }, poll, { servers, host }) => {
  const { status, body } = await request<Poll & { code: string }>(servers[instance].url, 'POST', `/api/v1/polls/${poll.body.id}/${name}`, { token: host.accessToken })
  if (!applyCommand(poll, name)) return assert.deepEqual([status, body.code], [409, 'conflict'], `[L1] ${name} from ${poll.status}`)
  assert.deepEqual([status, body.status, body.round, body.revision], [200, poll.status, poll.round, poll.revision], `[L1] ${name}`)
})

function voterAt ({ voters }: Stage, at: number): StageVoter {
  const voter = voters[at]
  if (voter === undefined) throw new Error('there is no such voter')
  return voter
}

interface SentVote {
  voter: StageVoter
  vote: { answer: Answer | null, round?: number | undefined }
  /** Of each time that it was sent, at the same moment. */
  outcomes: Outcome[]
}

function expectedOf (poll: ModelPoll, { voter: { voterId }, vote }: Pick<SentVote, 'voter' | 'vote'>): VoteOutcome {
  return expectedOutcome({ ...poll, revote: poll.body.revote }, poll.ballots.get(voterId)?.answer, vote)
}

const isCounted = (outcome: string) => outcome === 'recorded' || outcome === 'changed' || outcome === 'withdrawn'

/** However often it was sent, a vote is counted once, or refused alike. Returns the receipt of what counts from now on. */
function assertOutcomes (poll: ModelPoll, sent: SentVote): Receipt | undefined {
  const expected = expectedOf(poll, sent)
  const names = sent.outcomes.map((outcome) => outcome === 'lost' ? outcome : 'code' in outcome ? outcome.code : outcome.receipt.status)
  assert.deepEqual(names.toSorted(), names.map((_, at) => isCounted(expected) && at > 0 ? 'unchanged' : expected).toSorted(), `[V3][V4][V5][V9] votes on a poll that is ${poll.status}`)
  const receipts = sent.outcomes.flatMap((outcome) => outcome !== 'lost' && 'receipt' in outcome ? [outcome.receipt] : [])
  const counted = receipts.find(({ status }) => isCounted(status))
  const { version, castAt } = counted ?? poll.ballots.get(sent.voter.voterId) ?? {}
  for (const receipt of receipts) {
    assert.deepEqual({ ...receipt, status: expected }, { pollId: poll.body.id, round: poll.round, status: expected, version, castAt }, '[V3] each time the receipt of the same ballot')
  }
  return counted
}

/** Votes of different voters at the same moment: each as if it were alone. */
function assertVotes (poll: ModelPoll, sent: SentVote[]): void {
  const counted = sent.flatMap((one) => {
    const receipt = assertOutcomes(poll, one)
    return receipt === undefined ? [] : [{ ...one, receipt, version: receipt.version ?? 0 }]
  }).sort((one, other) => one.version - other.version)
  const versions = Array.from(new Set(counted.map(({ version }) => version)))
  assert.deepEqual(versions, versions.map((_, at) => poll.version + 1 + at), '[R1] a batch is one version')
  for (const { voter, vote, receipt } of counted) storeVote(poll, voter.voterId, vote.answer, receipt)
}

const votes = fc.uniqueArray(fc.record({
  voter: voterIndex, choice, round: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined, freq: 1 }), ways: fc.array(way, { minLength: 1, maxLength: 3 })
}), { minLength: 1, maxLength: 3, selector: ({ voter }) => voter })

function answerOf (poll: ModelPoll, choice: number | null): Answer | null {
  return choice === null ? null : answers[poll.body.kind][choice] ?? null
}

const vote = about('vote', fc.record({ poll: pollIndex, votes }), async ({ votes }, poll, stage) => {
  assertVotes(poll, await Promise.all(votes.map(async ({ voter: at, choice, round, ways }) => {
    const voter = voterAt(stage, at)
    // A withdrawal names no round.
    const vote = { answer: answerOf(poll, choice), round: choice === null ? undefined : round }
    return { voter, vote, outcomes: await Promise.all(ways.map(async (way) => await castVote(stage, voter, poll.body.id, vote, way))) }
  })))
})

const crashUnderVote = about('crash', fc.record({ poll: pollIndex, instance, voter: voterIndex, choice: fc.nat(2), afterMs: fc.constantFrom(0, 1, 2, 4) }), async (given, poll, stage) => {
  const { instance } = given
  const voter = voterAt(stage, given.voter)
  const vote = { answer: answerOf(poll, given.choice) }
  const cast = async (isSocket: boolean) => await castVote(stage, voter, poll.body.id, vote, { instance, isSocket })
  const casting = cast(true)
  await delay(given.afterMs)
  await crash(stage, instance)
  const [first, again] = [await casting, await cast(false)]
  if (first !== 'lost') return assertVotes(poll, [{ voter, vote, outcomes: [first, again] }])
  // It has counted before the crash, or counts now.
  const expected = expectedOf(poll, { voter, vote })
  const isOld = again !== 'lost' && 'receipt' in again && again.receipt.status === 'unchanged' && isCounted(expected)
  assertVotes(poll, [{ voter, vote, outcomes: [isOld ? { receipt: { ...again.receipt, status: expected } } : again] }])
})

/** Asks until the answer is the newest; whatever comes before it must have been true once. */
async function becomes (what: string, ask: () => Promise<boolean>): Promise<void> {
  await waitUntil(ask, shownWithinMs, () => `[R4] ${what} did not come within ${shownWithinMs} ms`)
}

const readResults = about('results', fc.record({ poll: pollIndex, instance }), async ({ instance }, poll, { servers }) => {
  let newest = 0
  await becomes('the newest results', async () => {
    const { status, body } = await request<Results & { code: string }>(servers[instance].url, 'GET', `/api/v1/polls/${poll.body.id}/results`)
    if (status === 404) return poll.status === 'draft'
    assert.equal(status, 200)
    assertShown(poll, body)
    assert.ok(body.version >= newest, `[R3] version ${body.version} after ${newest}`)
    newest = body.version
    return newest === poll.version
  })
})

const readVersion = about('version', fc.record({ poll: pollIndex, instance, back: fc.nat(6) }), async ({ instance, back }, poll, { servers }) => {
  const version = poll.version - back
  const shown = poll.shown.get(version)
  // Of a draft there is a version, too, which nobody was shown.
  if (shown === undefined || shown.status === 'draft') return
  await becomes(`version ${version}`, async () => {
    const { status, body } = await request<Results>(servers[instance].url, 'GET', `/api/v1/polls/${poll.body.id}/results?version=${version}`)
    if (status === 200) assertShown(poll, body)
    return status === 200 && body.version === version
  })
})

const readRound = about('round', fc.record({ poll: pollIndex, instance, round: fc.integer({ min: 1, max: 2 }) }), async ({ instance, round }, poll, { servers }) => {
  if (round >= poll.round) return
  const last = lastVersionOf(poll, round)
  await becomes(`round ${round}`, async () => {
    const { body } = await request<Results>(servers[instance].url, 'GET', `/api/v1/polls/${poll.body.id}/results?round=${round}`)
    if (!body.final || body.version !== last) return false
    assert.deepEqual([body.round, body.status], [round, 'closed'], '[L1] an old round reads as closed')
    assertAnswers(poll, body, poll.shown.get(last)?.answers ?? [])
    return true
  })
})

const readVote = about('own vote', fc.record({ poll: pollIndex, instance, voter: voterIndex }), async ({ instance, voter: at }, poll, stage) => {
  const { voterId, voterToken } = voterAt(stage, at)
  const ballot = poll.ballots.get(voterId)
  const { answer = null, ...stored } = ballot ?? {}
  const receipt = answer === null ? null : { pollId: poll.body.id, round: poll.round, ...stored }
  await becomes('the own vote', async () => {
    const { status, body } = await request<{ answer: Answer | null }>(stage.servers[instance].url, 'GET', `/api/v1/polls/${poll.body.id}/vote`, { token: voterToken })
    if (status === 404) return poll.status === 'draft'
    assert.deepEqual(body, { answer, receipt }, '[V2] the own vote')
    return true
  })
})

const reconnect = about('reconnect', fc.record({ poll: pollIndex, instance, voter: voterIndex }), async ({ instance, voter: at }, poll, stage) => {
  const voter = voterAt(stage, at)
  const device = voter.sockets[instance]
  await connectAgain(device)
  await becomes('the state of who joins again', async () => {
    const ack = await device.call('poll:join', { pollId: poll.body.id })
    if (!ack.ok) return poll.status === 'draft' && ack.error.code === 'poll_not_found'
    const { results, myVote, poll: { revision } } = ack.data
    assert.ok(results !== null)
    assertShown(poll, results)
    if (revision === poll.revision) assert.deepEqual(myVote, poll.ballots.get(voter.voterId)?.answer ?? null, '[V2] the own vote')
    return results.version === poll.version && revision === poll.revision
  })
})

const everyday = [
  { weight: 1, arbitrary: create },
  { weight: 5, arbitrary: command('open') },
  { weight: 2, arbitrary: command('pause') },
  { weight: 2, arbitrary: command('close') },
  { weight: 2, arbitrary: command('reset') },
  { weight: 1, arbitrary: command('archive') },
  { weight: 12, arbitrary: vote },
  { weight: 2, arbitrary: readResults },
  { weight: 1, arbitrary: readVersion },
  { weight: 1, arbitrary: readRound },
  { weight: 2, arbitrary: readVote },
  { weight: 1, arbitrary: reconnect }
]

export const withoutCrashes = fc.oneof(...everyday)
export const withCrashes = fc.oneof(...everyday, { weight: 5, arbitrary: crashUnderVote })
