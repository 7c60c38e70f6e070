import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { LockedState } from '../../db/poll-store.ts'
import { applyCommand, applyReveal, applySchedule } from '../../server/polls/lifecycle.ts'
import { applyEdit, defineNewPoll } from '../../server/polls/poll-definition.ts'
import { maySeePoll, maySeeResults, resultsAudience } from '../../server/polls/visibility.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { lockedState, noon } from '../helpers/locked-state.ts'
import { holds } from '../helpers/properties.ts'

const after = (ms: number) => new Date(noon.getTime() + ms)

const changeOf = <T>(decide: () => T) => {
  try {
    return decide()
  } catch (error) {
    if (error instanceof PlenumError) return error.code
    throw error
  }
}

t.test('[L2] what is due is done once, in its order, and nothing is done before its time', async (t) => {
  const due = (poll: Partial<LockedState['poll']>) => applySchedule(lockedState({ poll }))?.poll
  t.equal(due({ status: 'draft', opensAt: after(1) }), undefined, 'too early to open')
  t.equal(due({ closesAt: after(1) }), undefined, 'too early to close')
  t.strictSame(due({ closesAt: noon }), { status: 'closed' })
  t.strictSame(due({ closesAt: noon, status: 'paused' }), { status: 'closed' }, 'a paused poll closes too')
  for (const status of ['closed', 'archived', 'draft'] as const) t.equal(due({ closesAt: noon, status }), undefined, `${status}: nothing to close`)
  for (const status of ['open', 'paused', 'closed', 'archived'] as const) t.equal(due({ opensAt: noon, status }), undefined, `${status}: nothing to open`)

  const missed = { opensAt: after(-2000), closesAt: after(-1000) }
  const opened = due({ ...missed, status: 'draft' })
  t.hasStrict(opened, { status: 'open' }, 'both passed while no server ran: it opens')
  t.strictSame(due({ ...missed, ...opened }), { status: 'closed' }, 'and then closes')
})

t.test('[L1] opening or resetting by hand clears a closing time that has passed, and keeps one to come', async (t) => {
  for (const [command, status] of [['open', 'closed'], ['open', 'draft'], ['reset', 'closed'], ['reset', 'open']] as const) {
    t.hasStrict(applyCommand(lockedState({ poll: { status, closesAt: noon } }), command)?.poll, { closesAt: null }, `${command} from ${status}`)
    t.notOk('closesAt' in (applyCommand(lockedState({ poll: { status, closesAt: after(1) } }), command)?.poll ?? {}), `${command} from ${status}, still to come`)
  }
})

t.test('[R6] a reset takes back what was revealed, and keeps hidden what was hidden', async (t) => {
  for (const [before, after] of [[true, null], [false, false], [null, null]] as const) {
    t.match(applyCommand(lockedState({ poll: { revealed: before } }), 'reset'), { poll: { revealed: after } }, `revealed was ${before}`)
  }
})

t.test('[L3] a reset starts the next round with zero for every option', async (t) => {
  t.strictSame(applyCommand(lockedState({ poll: { round: 4 } }), 'reset'), {
    poll: { status: 'paused', round: 5, revealed: null, openedAt: null, revealedAt: null }, tally: { round: 5, content: { voters: 0, correctVoters: 0, counts: { 1: 0, 2: 0, 3: 0 }, derived: null } }
  })
})

t.test('[R1] a change that viewers see makes a version, one that they cannot see makes none', async (t) => {
  t.ok(applyReveal(lockedState(), true)?.tally)
  t.equal(applyReveal(lockedState({ poll: { revealed: true } }), true), undefined, 'revealed already')
  t.ok(applyEdit(lockedState(), { question: 'Really?' })?.tally)
  t.equal(applyEdit(lockedState(), { question: 'Which?' }), undefined, 'the same question')
  const draft = lockedState({ poll: { status: 'draft' }, hasBallots: false })
  t.strictSame(Object.keys(applyEdit(draft, { question: 'Really?' }) ?? {}), ['poll'], 'a draft is seen by nobody')
  t.strictSame(applyEdit(draft, { options: [{ id: 2, label: 'b' }, { label: 'd' }] })?.tally?.content.counts, { 2: 0, 4: 0 }, 'other options are other counts')
})

const label = fc.constantFrom('a', 'b', 'x')
const edits = fc.record({
  kind: fc.constantFrom('single' as const, 'multiple' as const),
  question: fc.constantFrom('Which?', 'Really?'),
  options: fc.array(fc.record({ id: fc.integer({ min: 1, max: 6 }), label }, { requiredKeys: ['label'] }), { minLength: 2, maxLength: 5 }),
  minChoices: fc.integer({ min: 1, max: 4 }),
  maxChoices: fc.integer({ min: 1, max: 4 })
}, { requiredKeys: [] })

t.test('[L4] no edit under ballots touches the kind, the bounds, the option ids or the counts', async (t) => {
  holds(t, fc.property(edits, (edit) => {
    const state = lockedState()
    const change = changeOf(() => applyEdit(state, edit))
    if (change === undefined) return
    if (typeof change === 'string') return assert.ok(['conflict', 'validation_failed'].includes(change))
    assert.deepEqual([change.poll.kind, change.poll.minChoices, change.poll.maxChoices], ['multiple', 1, 3])
    assert.deepEqual((change.options ?? state.options).map(({ id }) => id).sort(), [1, 2, 3])
    assert.deepEqual(change.tally, { round: 1, content: state.tally })
  }))
})

t.test('option ids are never used again, whatever a draft goes through', async (t) => {
  holds(t, fc.property(fc.array(edits, { maxLength: 8 }), (history) => {
    let state = lockedState({ poll: { status: 'draft' }, hasBallots: false })
    const used = new Set([1, 2, 3])
    for (const edit of history) {
      const change = changeOf(() => applyEdit(state, edit))
      if (change === undefined || typeof change === 'string') continue
      const options = change.options ?? state.options
      const kept = new Set(state.options.map(({ id }) => id))
      for (const { id } of options) {
        assert.ok(kept.has(id) || !used.has(id), `option ${id} was used before`)
        used.add(id)
      }
      const poll = { ...state.poll, ...change.poll }
      assert.ok(poll.kind === 'single' ? poll.minChoices === 1 && poll.maxChoices === 1 : poll.minChoices <= poll.maxChoices && poll.maxChoices <= options.length, 'the bounds fit')
      const counts = change.tally?.content.counts ?? state.tally.counts
      assert.deepEqual(Object.keys(counts).map(Number).sort(), options.map(({ id }) => id).sort(), 'every option is counted')
      state = { ...state, poll, options, tally: { ...state.tally, counts } }
    }
  }))
})

t.test('a new poll gets the defaults of its kind', async (t) => {
  const options = [{ label: 'a' }, { label: 'b' }, { label: 'c' }]
  t.hasStrict(defineNewPoll({ kind: 'single', question: 'Q', options }, noon).poll, { minChoices: 1, maxChoices: 1, revote: 'locked', resultsVisibility: 'live' })
  t.hasStrict(defineNewPoll({ kind: 'multiple', question: 'Q', options }, noon).poll, { minChoices: 1, maxChoices: 3, opensAt: null, closesAt: null })
  t.equal(changeOf(() => defineNewPoll({ kind: 'single', question: 'Q', options, maxChoices: 2 }, noon)), 'validation_failed')
})

t.test('[R6] a host always sees results, a voter never less than anyone, and a draft is the hosts\' alone', async (t) => {
  const rules = fc.record({
    status: fc.constantFrom('draft', 'open', 'paused', 'closed', 'archived'),
    resultsVisibility: fc.constantFrom('live', 'after_vote', 'after_close', 'hosts'),
    revealed: fc.constantFrom(null, true, false)
  })
  holds(t, fc.property(rules, (rule) => {
    const [host, voted, anyone] = [{ isHost: true, hasVoted: false }, { isHost: false, hasVoted: true }, { isHost: false, hasVoted: false }].map((viewer) => maySeeResults(rule, viewer))
    assert.ok(host && (voted || !anyone))
    assert.equal(resultsAudience(rule), anyone ? 'everyone' : voted ? 'voted' : 'hosts')
    if (rule.status === 'draft') assert.ok(!voted && !maySeePoll(rule, { isHost: false }) && maySeePoll(rule, { isHost: true }))
    else if (rule.revealed !== null) assert.equal(anyone, rule.revealed, 'a presenter\'s word goes before the policy')
    else if (rule.resultsVisibility === 'hosts') assert.ok(!voted)
    else if (rule.resultsVisibility !== 'live') assert.equal(anyone, rule.status === 'closed' || rule.status === 'archived')
  }))
})
