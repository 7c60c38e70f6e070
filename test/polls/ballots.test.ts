import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { LockedPoll, NewBallot, StoredBallot, StoredTally } from '../../db/ledger.ts'
import { decideBallots, type CastVote, type VoteOutcome } from '../../server/polls/ballot.ts'
import { kinds } from '../../server/polls/kinds/kinds.ts'
import type { Answer } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { holds } from '../helpers/properties.ts'

const optionIds = [1, 2, 3]
const openPoll: LockedPoll = {
  kind: 'single', status: 'open', round: 1, revote: 'locked', resultsVisibility: 'live', revealed: null, minChoices: 1, maxChoices: 1, settings: {}, closesAt: null, revision: 1
}
const emptyTally: StoredTally = { version: 1, voters: 0, counts: { 1: 0, 2: 0, 3: 0 }, derived: null, correctVoters: 0 }
const noon = new Date('2030-01-01T12:00:00Z')

const choose = (...choices: number[]): Answer => ({ choices })
const castBy = (voterId: string, answer: Answer | null, more: Partial<CastVote> = {}): CastVote => ({ voterId, answer, revision: 1, round: undefined, ...more })
const nameOf = (outcome: VoteOutcome) => outcome instanceof PlenumError ? outcome.code : outcome.status

/** A ledger in memory: what the tables hold, with the batches and commands of one poll in their order. */
function createLedger (poll: LockedPoll) {
  const ledger: { round: number, version: number, ballot: NewBallot }[] = []
  const tallies: { round: number, tally: StoredTally }[] = [{ round: poll.round, tally: emptyTally }]
  let now = noon.getTime()
  let tally = emptyTally

  function newestBallots (upTo = Infinity, round = poll.round): Map<string, StoredBallot> {
    const newest = new Map<string, StoredBallot>()
    for (const { version, ballot } of ledger.filter((row) => row.round === round && row.version <= upTo)) {
      if ((newest.get(ballot.voterId)?.n ?? 0) < ballot.n) newest.set(ballot.voterId, { n: ballot.n, version, answer: ballot.answer, at: noon })
    }
    return newest
  }

  return {
    poll,
    tallies,
    newestBallots,
    recount (round: number, version: number): StoredTally {
      const answers = Array.from(newestBallots(version, round).values(), ({ answer }) => answer).filter((answer) => answer !== null)
      const count = (id: number) => answers.filter(({ choices = [] }) => choices.includes(id)).length
      return { ...emptyTally, version, voters: answers.length, counts: Object.fromEntries(optionIds.map((id) => [id, count(id)])) }
    },
    vote (votes: CastVote[]): VoteOutcome[] {
      now += 1
      const decision = decideBallots({ poll, tally, newest: newestBallots(), buckets: new Map(), now: new Date(now) }, votes)
      for (const ballot of decision.ballots) {
        const key = ledger.filter((row) => row.round === poll.round && row.ballot.voterId === ballot.voterId)
        assert.equal(ballot.n, key.length + 1, 'ballots of a voter are numbered without a gap, so the key refuses a second n-th')
        ledger.push({ round: poll.round, version: decision.tally.version, ballot })
      }
      const accepted = votes.filter((_vote, at) => ['recorded', 'changed', 'withdrawn'].includes(nameOf(decision.outcome[at] ?? new PlenumError('internal'))))
      assert.deepEqual(decision.ballots.map(({ voterId, answer }) => ({ voterId, answer })), accepted.map(({ voterId, answer }) => ({ voterId, answer })))
      assert.equal(decision.tally.version, tally.version + (accepted.length > 0 ? 1 : 0), 'a batch is one version, one that changes nothing is none')
      if (accepted.length === 0) assert.equal(decision.tally, tally)
      tally = decision.tally
      tallies.push({ round: poll.round, tally })
      return decision.outcome
    },
    setStatus (status: LockedPoll['status']): void {
      poll.status = status
      tally = { ...tally, version: tally.version + 1 }
      tallies.push({ round: poll.round, tally })
    },
    reset (): void {
      poll.round += 1
      tally = { ...emptyTally, version: tally.version + 1 }
      tallies.push({ round: poll.round, tally })
    }
  }
}

const answers = {
  single: fc.constantFrom(...optionIds).map((id) => choose(id)),
  multiple: fc.subarray(optionIds, { minLength: 1 }).map((ids) => choose(...ids))
}
const steps = (kind: 'single' | 'multiple') => fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.record({ voter: fc.nat(4), answer: fc.option(answers[kind], { freq: 4 }), round: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 8, nil: undefined }) }), { maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom('open', 'paused', 'closed', 'archived') },
  { weight: 1, arbitrary: fc.constant('reset') }
), { maxLength: 12 })
const histories = fc.constantFrom('single', 'multiple').chain((kind) => fc.record({
  kind: fc.constant(kind), revote: fc.constantFrom('locked', 'change', 'withdraw'), steps: steps(kind)
}))

/** The rules V3, V4, V5 and V9 in their plainest form, one vote at a time. */
function expectedOutcome (poll: LockedPoll, stored: Answer | null | undefined, { answer, round }: CastVote): string {
  if (round !== undefined && round !== poll.round) return 'conflict'
  if (stored !== undefined && JSON.stringify(stored) === JSON.stringify(answer)) return 'unchanged'
  if (answer === null && poll.revote !== 'withdraw') return 'conflict'
  if (poll.status === 'paused') return 'poll_paused'
  if (poll.status !== 'open') return 'poll_closed'
  if (answer === null) return stored === undefined ? 'not_found' : 'withdrawn'
  if (stored != null && poll.revote === 'locked') return 'already_voted'
  return stored == null ? 'recorded' : 'changed'
}

t.test('[R2][V2] after any history the tally of every version equals a recount of the newest ballots up to it', async (t) => {
  holds(t, fc.property(histories, ({ kind, revote, steps }) => {
    const ledger = createLedger({ ...openPoll, kind, revote, maxChoices: kind === 'single' ? 1 : 3 })
    for (const step of steps) {
      if (step === 'reset') ledger.reset()
      else if (typeof step === 'string') ledger.setStatus(step)
      else ledger.vote(step.map(({ voter, answer, round }) => castBy(`voter ${voter}`, answer, { round })))
    }
    for (const { round, tally } of ledger.tallies) assert.deepEqual(tally, ledger.recount(round, tally.version))
    const versions = ledger.tallies.map(({ tally }) => tally.version)
    assert.deepEqual(versions, versions.toSorted((a, b) => a - b), '[R1]')
  }))
})

t.test('[V3][V4][V5][V9] each vote of a batch has the outcome that it would have alone in its turn', async (t) => {
  holds(t, fc.property(histories, ({ kind, revote, steps }) => {
    const ledger = createLedger({ ...openPoll, kind, revote, maxChoices: kind === 'single' ? 1 : 3 })
    for (const step of steps) {
      if (step === 'reset') ledger.reset()
      else if (typeof step === 'string') ledger.setStatus(step)
      else {
        const stored = new Map(Array.from(ledger.newestBallots(), ([voterId, { answer }]) => [voterId, answer]))
        const votes = step.map(({ voter, answer, round }) => castBy(`voter ${voter}`, answer, { round }))
        const expected = votes.map((vote) => {
          const outcome = expectedOutcome(ledger.poll, stored.get(vote.voterId ?? ''), vote)
          if (['recorded', 'changed', 'withdrawn'].includes(outcome)) stored.set(vote.voterId ?? '', vote.answer)
          return outcome
        })
        assert.deepEqual(ledger.vote(votes).map(nameOf), expected)
      }
    }
  }))
})

t.test('[V3] a repeated answer gets the receipt of the stored ballot', async (t) => {
  const stored: StoredBallot = { n: 2, version: 5, answer: choose(1), at: new Date('2030-01-01T11:00:00Z') }
  for (const status of ['open', 'paused', 'closed', 'archived'] as const) {
    const { outcome, ballots } = decideBallots({ poll: { ...openPoll, status }, tally: { ...emptyTally, version: 9 }, newest: new Map([['a', stored]]), buckets: new Map(), now: noon }, [castBy('a', choose(1))])
    t.strictSame([outcome, ballots], [[{ status: 'unchanged', round: 1, version: 5, castAt: stored.at }], []], status)
  }
})

t.test('[V5] from closesAt on a vote is refused, even while the poll still says that it is open', async (t) => {
  const decideAt = (now: Date, status: 'open' | 'paused' = 'open') =>
    decideBallots({ poll: { ...openPoll, status, closesAt: noon }, tally: emptyTally, newest: new Map(), buckets: new Map(), now }, [castBy('a', choose(1))]).outcome.map(nameOf)
  t.strictSame(decideAt(new Date(noon.getTime() - 1)), ['recorded'])
  t.strictSame(decideAt(noon), ['poll_closed'])
  t.strictSame(decideAt(new Date(noon.getTime() + 1), 'paused'), ['poll_closed'])
})

t.test('[V4] a withdrawal is judged by the poll that is locked, not by the one that the voter saw', async (t) => {
  const stored: StoredBallot = { n: 1, version: 2, answer: choose(1), at: noon }
  for (const revote of ['locked', 'change'] as const) {
    const state = { poll: { ...openPoll, revote, revision: 2 }, tally: { ...emptyTally, version: 2, voters: 1 }, newest: new Map([['a', stored]]), buckets: new Map(), now: noon }
    t.strictSame(decideBallots(state, [castBy('a', null)]).outcome.map(nameOf), ['conflict'], revote)
  }
})

t.test('a vote that an older definition allowed is judged again by the one that is locked', async (t) => {
  const poll: LockedPoll = { ...openPoll, kind: 'multiple', maxChoices: 2, revision: 2 }
  const votes = [castBy('a', choose(1, 4)), castBy('b', choose(1, 2, 3)), castBy('c', choose(1, 2)), castBy('d', choose(3), { revision: 2 })]
  const { outcome, tally } = decideBallots({ poll, tally: emptyTally, newest: new Map(), buckets: new Map(), now: noon }, votes)
  t.strictSame(outcome.map(nameOf), ['option_invalid', 'too_many_choices', 'recorded', 'recorded'])
  t.strictSame(tally, { ...emptyTally, version: 2, voters: 2, counts: { 1: 1, 2: 1, 3: 1 } }, '[V6] the refused ones change nothing')
})

t.test('every answer has one canonical form, or a code that says why it cannot count', async (t) => {
  const bounds = fc.integer({ min: 1, max: 3 }).chain((minChoices) => fc.record({ minChoices: fc.constant(minChoices), maxChoices: fc.integer({ min: minChoices, max: 3 }) }))
  holds(t, fc.property(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 6 }), bounds, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (choices, { minChoices, maxChoices }, random) => {
    const rule = { minChoices, maxChoices, settings: {}, optionIds: new Set(optionIds) }
    const normalize = (given: number[]) => {
      try {
        return kinds.multiple.normalize(choose(...given), rule)
      } catch (error) {
        return error instanceof PlenumError ? error.code : 'thrown'
      }
    }
    const isCountable = choices.every((id) => optionIds.includes(id)) && new Set(choices).size === choices.length && choices.length >= minChoices && choices.length <= maxChoices
    const canonical = normalize(choices)
    const keys = choices.map((choice) => ({ choice, at: random.next().value }))
    assert.deepEqual(normalize(keys.sort((a, b) => a.at - b.at).map(({ choice }) => choice)), canonical, 'their order means nothing')
    if (!isCountable) return assert.ok(['option_invalid', 'too_few_choices', 'too_many_choices'].includes(String(canonical)))
    assert.deepEqual(canonical, choose(...choices.toSorted((a, b) => a - b)))
    assert.ok(typeof canonical === 'object')
    assert.deepEqual(kinds.multiple.buckets(canonical), canonical.choices?.map(String))
  }))
})
