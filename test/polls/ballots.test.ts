import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { LockedPoll, StoredBallot, StoredTally } from '../../db/ledger.ts'
import { decideBallots, type CastVote } from '../../server/polls/ballot.ts'
import { kinds } from '../../server/polls/kinds/kinds.ts'
import type { Answer, PollKind } from '../../server/protocol/poll.ts'
import type { PollSettings } from '../../server/protocol/poll-settings.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { createPaperLedger, nameOf, noon, openPoll } from '../helpers/paper-ledger.ts'
import { expectedOutcome } from '../helpers/poll-model.ts'
import { holds } from '../helpers/properties.ts'
import { assertCounted, countCorrect } from '../helpers/recount.ts'

const optionIds = [1, 2, 3, 4]
const emptyTally: StoredTally = { version: 1, voters: 0, counts: { 1: 0, 2: 0, 3: 0 }, derived: null, correctVoters: 0 }

const choose = (...choices: number[]): Answer => ({ choices })
const castBy = (voterId: string, answer: Answer | null, more: Partial<CastVote> = {}): CastVote => ({ voterId, answer, isFlagged: false, revision: 1, round: undefined, ...more })

interface Tried {
  answer: fc.Arbitrary<Answer>
  settings: PollSettings
  maxChoices: number
}

const tried: Record<PollKind, Tried> = {
  single: { answer: fc.constantFrom(...optionIds).map((id) => choose(id)), settings: { correct: [2, 3] }, maxChoices: 1 },
  multiple: { answer: fc.shuffledSubarray(optionIds, { minLength: 1 }).map((ids) => choose(...ids)), settings: { correct: [1, 3] }, maxChoices: 4 },
  rating: { answer: fc.integer({ min: -1, max: 3 }).map((value) => ({ value })), settings: { scale: { min: -1, max: 3, minLabel: null, maxLabel: null } }, maxChoices: 1 },
  ranking: { answer: fc.shuffledSubarray(optionIds, { minLength: 1 }).map((ids) => choose(...ids)), settings: {}, maxChoices: 4 },
  number: {
    answer: fc.constantFrom(-2.5, -0, 0, 0.1, 0.1 + 0.2, 1e-7, 7, 1e12).map((value) => ({ value })),
    settings: { range: { min: null, max: null, step: null }, correct: { value: 0.25, tolerance: 0.125 } },
    maxChoices: 1
  },
  text: { answer: fc.constantFrom('Yes', ' Yes', 'No').map((text) => ({ text })), settings: {}, maxChoices: 1 },
  words: {
    answer: fc.array(fc.constantFrom('tea', 'Tea ', 'constructor', '__proto__', 'toString', 'Straße', 'STRASSE'), { minLength: 1, maxLength: 3 }).map((words) => ({ words })),
    settings: {},
    maxChoices: 3
  }
}

const steps = (kind: PollKind) => fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.record({ voter: fc.nat(4), answer: fc.option(tried[kind].answer, { freq: 4 }), round: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 8, nil: undefined }), isFlagged: fc.constantFrom(false, false, false, true) }), { maxLength: 12 }) },
  { weight: 2, arbitrary: fc.record({ reviewed: fc.nat(4), review: fc.constantFrom(null, 'held', 'removed') }) },
  { weight: 2, arbitrary: fc.constantFrom('open', 'paused', 'closed', 'archived') },
  { weight: 1, arbitrary: fc.constant('reset') }
), { maxLength: 12 })
const histories = (kind: PollKind) => fc.record({ revote: fc.constantFrom('locked', 'change', 'withdraw'), steps: steps(kind) })
const kindNames = Object.keys(tried) as PollKind[]

function openLedger (kind: PollKind, revote: LockedPoll['revote']) {
  const { settings, maxChoices } = tried[kind]
  const ledger = createPaperLedger(openPoll({ kind, revote, settings, maxChoices }), kinds[kind].optionLimits === null ? [] : optionIds)
  const canonical = (answer: Answer | null) => answer === null ? null : kinds[kind].normalize(answer, ledger.definition)
  return { ...ledger, canonical }
}

for (const kind of kindNames) {
  t.test(`[R2][V2] ${kind}: after any history the tally of every version is what a recount of the newest ballots up to it gives`, async (t) => {
    holds(t, fc.property(histories(kind), ({ revote, steps }) => {
      const ledger = openLedger(kind, revote)
      for (const step of steps) {
        if (step === 'reset') ledger.reset()
        else if (typeof step === 'string') ledger.setStatus(step)
        else if ('reviewed' in step) ledger.review(`voter ${step.reviewed}`, step.review)
        else ledger.vote(step.map(({ voter, answer, round, isFlagged }) => castBy(`voter ${voter}`, ledger.canonical(answer), { round, isFlagged: isFlagged && answer !== null })))
      }
      const counted = { kind, settings: tried[kind].settings, optionIds: Array.from(ledger.definition.optionIds) }
      for (const { round, tally } of ledger.tallies) {
        const answers = ledger.answersAt(round, tally.version)
        assertCounted(tally, counted, answers)
        assert.equal(tally.correctVoters, countCorrect(counted, answers), 'who is right')
      }
      const versions = ledger.tallies.map(({ tally }) => tally.version)
      assert.deepEqual(versions, versions.toSorted((a, b) => a - b), '[R1]')
    }), 150)
  })

  t.test(`[V3][V4][V5][V9] ${kind}: each vote of a batch has the outcome that it would have alone in its turn`, async (t) => {
    holds(t, fc.property(histories(kind), ({ revote, steps }) => {
      const ledger = openLedger(kind, revote)
      for (const step of steps) {
        if (step === 'reset') ledger.reset()
        else if (typeof step === 'string') ledger.setStatus(step)
        else if ('reviewed' in step) ledger.review(`voter ${step.reviewed}`, step.review)
        else {
          const stored = new Map(Array.from(ledger.newestBallots(), ([voterId, { answer }]) => [voterId, answer]))
          const votes = step.map(({ voter, answer, round }) => castBy(`voter ${voter}`, ledger.canonical(answer), { round }))
          const expected = votes.map((vote) => {
            const outcome = expectedOutcome(ledger.poll, stored.get(vote.voterId ?? ''), vote)
            if (['recorded', 'changed', 'withdrawn'].includes(outcome)) stored.set(vote.voterId ?? '', vote.answer)
            return outcome
          })
          assert.deepEqual(ledger.vote(votes).map(nameOf), expected)
        }
      }
    }), 100)
  })

  t.test(`[V3] ${kind}: the canonical form of an answer is its own canonical form, so what is read back counts as the same vote`, async (t) => {
    const { canonical } = openLedger(kind, 'change')
    holds(t, fc.property(tried[kind].answer, (answer) => { assert.deepEqual(canonical(canonical(answer)), canonical(answer)) }), 50)
  })
}

t.test('[V3] a repeated answer gets the receipt of the stored ballot', async (t) => {
  const stored: StoredBallot = { n: 2, version: 5, answer: choose(1), review: null, at: new Date('2030-01-01T11:00:00Z') }
  for (const status of ['open', 'paused', 'closed', 'archived'] as const) {
    const { outcome, ballots } = decideBallots({ poll: openPoll({ status }), tally: { ...emptyTally, version: 9 }, newest: new Map([['a', stored]]), buckets: new Map(), now: noon }, [castBy('a', choose(1))])
    t.strictSame([outcome, ballots], [[{ status: 'unchanged', round: 1, version: 5, castAt: stored.at, review: null }], []], status)
  }
})

t.test('[V5] from closesAt on a vote is refused, even while the poll still says that it is open', async (t) => {
  const decideAt = (now: Date, status: 'open' | 'paused' = 'open') =>
    decideBallots({ poll: openPoll({ status, closesAt: noon }), tally: emptyTally, newest: new Map(), buckets: new Map(), now }, [castBy('a', choose(1))]).outcome.map(nameOf)
  t.strictSame(decideAt(new Date(noon.getTime() - 1)), ['recorded'])
  t.strictSame(decideAt(noon), ['poll_closed'])
  t.strictSame(decideAt(new Date(noon.getTime() + 1), 'paused'), ['poll_closed'])
})

t.test('[V4] a withdrawal is judged by the poll that is locked, not by the one that the voter saw', async (t) => {
  const stored: StoredBallot = { n: 1, version: 2, answer: choose(1), review: null, at: noon }
  for (const revote of ['locked', 'change'] as const) {
    const state = { poll: openPoll({ revote, revision: 2 }), tally: { ...emptyTally, version: 2, voters: 1 }, newest: new Map([['a', stored]]), buckets: new Map(), now: noon }
    t.strictSame(decideBallots(state, [castBy('a', null)]).outcome.map(nameOf), ['conflict'], revote)
  }
})

t.test('what is written is held by the settings that are locked, not by those that the voter saw', async (t) => {
  for (const [kind, answer] of [['text', { text: 'tea' }], ['words', { words: ['tea'] }]] satisfies [PollKind, Answer][]) {
    const poll = openPoll({ kind, settings: { moderation: 'pre' }, revote: 'withdraw' })
    const { outcome, ballots, tally } = decideBallots({ poll, tally: { ...emptyTally, counts: {} }, newest: new Map(), buckets: new Map(), now: noon }, [castBy('a', answer), castBy('a', null)])
    t.match(outcome, [{ status: 'recorded', review: 'held' }, { status: 'withdrawn', review: null }], kind)
    t.strictSame(ballots.map(({ review }) => review), ['held', null], kind)
    t.equal(tally.voters, 0, kind)
  }
})

t.test('a vote that an older definition allowed is judged again by the one that is locked', async (t) => {
  const poll = openPoll({ kind: 'multiple', maxChoices: 2, revision: 2 })
  const votes = [castBy('a', choose(1, 4)), castBy('b', choose(1, 2, 3)), castBy('c', choose(1, 2)), castBy('d', choose(3), { revision: 2 })]
  const { outcome, tally } = decideBallots({ poll, tally: emptyTally, newest: new Map(), buckets: new Map(), now: noon }, votes)
  t.strictSame(outcome.map(nameOf), ['option_invalid', 'too_many_choices', 'recorded', 'recorded'])
  t.strictSame(tally, { ...emptyTally, version: 2, voters: 2, counts: { 1: 1, 2: 1, 3: 1 } }, '[V6] the refused ones change nothing')
})

t.test('every answer has one canonical form, or a code that says why it cannot count', async (t) => {
  const bounds = fc.integer({ min: 1, max: 3 }).chain((minChoices) => fc.record({ minChoices: fc.constant(minChoices), maxChoices: fc.integer({ min: minChoices, max: 3 }) }))
  holds(t, fc.property(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 6 }), bounds, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (choices, { minChoices, maxChoices }, random) => {
    const rule = { minChoices, maxChoices, settings: {}, optionIds: new Set([1, 2, 3]) }
    const normalize = (given: number[]) => {
      try {
        return kinds.multiple.normalize(choose(...given), rule)
      } catch (error) {
        return error instanceof PlenumError ? error.code : 'thrown'
      }
    }
    const isCountable = choices.every((id) => [1, 2, 3].includes(id)) && new Set(choices).size === choices.length && choices.length >= minChoices && choices.length <= maxChoices
    const canonical = normalize(choices)
    const keys = choices.map((choice) => ({ choice, at: random.next().value }))
    assert.deepEqual(normalize(keys.sort((a, b) => a.at - b.at).map(({ choice }) => choice)), canonical, 'their order means nothing')
    if (!isCountable) return assert.ok(['option_invalid', 'too_few_choices', 'too_many_choices'].includes(String(canonical)))
    assert.deepEqual(canonical, choose(...choices.toSorted((a, b) => a - b)))
    assert.ok(typeof canonical === 'object')
    assert.deepEqual(kinds.multiple.buckets(canonical), canonical.choices?.map(String))
  }))
})

t.test('[V3] a vote that was judged before stop words were set counts as the locked poll names it, and its retry is the same vote', async (t) => {
  const poll = openPoll({ kind: 'words', maxChoices: 3, settings: { moderation: 'post', stopWords: ['the'], mergePlurals: true }, revision: 2 })
  const asked = [castBy('a', { words: ['cats', 'the'] }), castBy('a', { words: ['cat'] }, { revision: 2 }), castBy('b', { words: ['the'] })]
  const { outcome, ballots } = decideBallots({ poll, tally: { ...emptyTally, counts: {} }, newest: new Map(), buckets: new Map(), now: noon }, asked)
  t.strictSame(outcome.map(nameOf), ['recorded', 'unchanged', 'validation_failed'])
  t.strictSame(ballots.map(({ answer }) => answer), [{ words: ['cat'] }])
})
