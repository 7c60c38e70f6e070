import assert from 'node:assert/strict'
import { setInterval as every, setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import type { LockedState } from '../../db/poll-store.ts'
import { applyCommand, applyReveal, applySchedule } from '../../server/polls/lifecycle.ts'
import { applyEdit, defineNewPoll } from '../../server/polls/poll-definition.ts'
import { toSnapshot, type PollSnapshot } from '../../server/polls/poll-snapshot.ts'
import { createResultsBoard, type BoardChange, type ChangeSource } from '../../server/polls/results-board.ts'
import { maySeePoll, maySeeResults, resultsAudience } from '../../server/polls/visibility.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { normalizeRoomCode, roomCodeAlphabet } from '../../server/protocol/room.ts'
import { hasAtMostGraphemes } from '../../server/protocol/text.ts'
import { admitEvent, createEventLimiter } from '../../server/realtime/event-limiter.ts'
import { createTicker } from '../../server/realtime/ticker.ts'
import { withFreshCode } from '../../server/rooms/room-service.ts'
import { holds } from '../helpers/properties.ts'

const noon = new Date('2030-01-01T12:00:00Z')
const after = (ms: number) => new Date(noon.getTime() + ms)

/** An open poll of three options with ballots, as a change finds it under its lock. */
function lockedState ({ poll = {}, ...rest }: Partial<Omit<LockedState, 'poll'>> & { poll?: Partial<LockedState['poll']> } = {}): LockedState {
  const id = '01890000-0000-7000-8000-000000000001'
  return {
    poll: {
      id,
      roomId: '01890000-0000-7000-8000-000000000002',
      kind: 'multiple',
      question: 'Which?',
      status: 'open',
      round: 1,
      revote: 'locked',
      resultsVisibility: 'live',
      revealed: null,
      minChoices: 1,
      maxChoices: 3,
      settings: {},
      opensAt: null,
      closesAt: null,
      openedAt: noon,
      revealedAt: null,
      nextOptionId: 4,
      revision: 5,
      createdAt: noon,
      updatedAt: noon,
      ...poll
    },
    options: [{ id: 1, label: 'a' }, { id: 2, label: 'b' }, { id: 3, label: 'c' }],
    tally: { pollId: id, round: 1, version: 9, voters: 2, counts: { 1: 2, 2: 1, 3: 0 }, derived: null, correctVoters: 0, at: noon },
    staff: { ownerId: 'host', roles: {}, presenterHash: null, banned: [], blockedWords: [], access: 'open', revision: 1 },
    now: noon,
    hasBallots: true,
    ...rest
  }
}

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

/** The counts name their version, so that a mixture would show. */
function snapshotAt (revision: number, version: number, id = 'poll'): PollSnapshot {
  const state = lockedState({ poll: { id, revision } })
  return toSnapshot({ ...state, tally: { ...state.tally, pollId: id, version, counts: { 1: version } } })
}

const noStorage = { loadPolls: async () => [], loadRoomPolls: async () => [] }

t.test('[R1][R3] the results board never goes back, in whatever order changes arrive', async (t) => {
  const number = fc.integer({ min: 1, max: 8 })
  const arrivals = fc.array(fc.oneof(
    fc.record({ whole: fc.constant(true), revision: number, version: number }), fc.record({ whole: fc.constant(false), revision: number, version: number })
  ), { maxLength: 30 })
  const sources = fc.constantFrom<ChangeSource>('commit', 'hint', 'repair', 'load')
  holds(t, fc.property(arrivals, sources, (changes, source) => {
    const board = createResultsBoard(noStorage)
    const heard: BoardChange[] = []
    board.subscribe({ changed: (change) => { heard.push(change) }, removed: () => {} })
    for (const { whole, revision, version } of changes) {
      const snapshot = snapshotAt(revision, version)
      if (whole) board.put(snapshot, source)
      else if (board.putResults(snapshot.results, revision, source) === 'poll_unknown') assert.ok(revision > (board.peek('poll')?.poll.revision ?? 0), '[R6] results wait for the edit that they were made under')
    }
    let held = { revision: 0, version: 0 }
    for (const { snapshot: { poll, results }, pollChanged, resultsChanged } of heard) {
      assert.deepEqual([poll.revision > held.revision, results.version > held.version], [pollChanged, resultsChanged])
      assert.ok(poll.revision >= held.revision && results.version >= held.version && (pollChanged || resultsChanged))
      assert.equal(results.counts[1], results.version, 'whole, never mixed')
      held = { revision: poll.revision, version: results.version }
    }
    const newest = board.peek('poll')
    assert.equal(newest?.poll.revision ?? 0, Math.max(0, ...changes.filter(({ whole }) => whole).map(({ revision }) => revision)))
    assert.equal(newest?.results.version ?? 0, held.version)
  }))
})

t.test('a poll that is created while its room is read is in the room', async (t) => {
  let finishRead = (_polls: PollSnapshot[]): void => {}
  const board = createResultsBoard({ ...noStorage, loadRoomPolls: async () => await new Promise((resolve) => { finishRead = resolve }) })
  const [old, young] = [snapshotAt(1, 1, 'old'), snapshotAt(1, 1, 'young')]
  const reading = board.findRoom(old.poll.roomId)
  board.put(young, 'commit')
  finishRead([old])
  t.strictSame((await reading).map(({ poll }) => poll.id), ['old', 'young'])
})

async function * countEvery (ms: number): AsyncGenerator<number> {
  let count = 0
  for await (const step of every(ms, 1)) yield count += step
}

t.test('[R5] calls for a key keep their distance: the first at once, the last never lost', async (t) => {
  const intervalMs = 20
  const touches = 120
  const calls: { at: number, seen: number }[] = []
  let touched = 0
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => { finish = resolve })
  const ticker = createTicker(intervalMs, (key) => {
    if (key !== 'busy') return
    calls.push({ at: performance.now(), seen: touched })
    if (touched === touches) finish()
  })
  t.teardown(ticker.stop)
  for await (const count of countEvery(1)) {
    touched = count
    ticker.touch('busy')
    if (count === 1) t.equal(calls.length, 1, 'the first touch is a call')
    if (count === touches) break
  }
  await finished
  const distances = calls.slice(1).map(({ at }, before) => at - (calls[before]?.at ?? 0))
  t.ok(distances.length > 1 && Math.min(...distances) >= intervalMs, `${calls.length} calls for ${touches} touches, ${Math.min(...distances)} ms apart at least`)

  // The pause itself is what is looked at.
  await pause(3 * intervalMs)
  const before = calls.length
  ticker.touch('busy')
  t.equal(calls.length, before + 1, 'after a pause the first touch is a call again')
})

t.test('[R5] a call that is still running is not overtaken, and keys do not wait for each other', async (t) => {
  const started: string[] = []
  let finish = (): void => {}
  let startNext = (): void => {}
  const next = new Promise<void>((resolve) => { startNext = resolve })
  const ticker = createTicker(1, async (key) => {
    started.push(key)
    if (started.filter((each) => each === 'slow').length === 2) startNext()
    if (key === 'slow') await new Promise<void>((resolve) => { finish = resolve })
  })
  t.teardown(ticker.stop)
  ticker.touch('slow')
  ticker.touch('slow')
  ticker.touch('quick')
  await pause(10)
  t.strictSame(started, ['slow', 'quick'])
  finish()
  await next
  t.strictSame(started, ['slow', 'quick', 'slow'])
  finish()
})

t.test('a room code is read in every way in which people write it', async (t) => {
  const separators = fc.array(fc.constantFrom(' ', '-', '\u2013', '\u2014', '\u00a0', '\t', ''), { minLength: 7, maxLength: 7 })
  const code = fc.array(fc.constantFrom(...roomCodeAlphabet), { minLength: 6, maxLength: 6 })
  holds(t, fc.property(code, separators, fc.array(fc.constantFrom('upper', 'lower', 'wide'), { minLength: 6, maxLength: 6 }), (letters, between, forms) => {
    const write = (letter: string, form: string | undefined) =>
      form === 'lower' ? letter.toLowerCase() : form === 'wide' ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter
    const typed = letters.map((letter, at) => (between[at] ?? '') + write(letter, forms[at])).join('') + (between[6] ?? '')
    assert.equal(normalizeRoomCode(typed), letters.join(''))
  }))
  const codes = new Set<string>()
  for (let count = 0; count < 500; count++) await withFreshCode(async (fresh) => { codes.add(fresh) })
  t.ok(codes.size > 490 && Array.from(codes).every((fresh) => /^[23456789BCDFGHJKMNPQRSTVWXYZ]{6}$/.test(fresh)), 'codes are random and have no look-alikes')
})

t.test('lengths are counted in grapheme clusters', async (t) => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const letters = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 2 }), fc.constantFrom('e\u0301', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f1e9}\u{1f1ea}', '\u0939\u093f')), { maxLength: 12 })
  holds(t, fc.property(letters, fc.nat(12), (parts, limit) => {
    const text = parts.join('')
    assert.equal(hasAtMostGraphemes(text, limit), Array.from(segmenter.segment(text)).length <= limit)
  }))
})

t.test('[O4] a socket passes twenty events at once and twenty a second; who floods on is cut', async (t) => {
  const perSecond = 20
  /** Sends at a steady rate for so many seconds and counts the answers. */
  const send = (rate: number, seconds: number) => {
    const limiter = createEventLimiter(perSecond, 0)
    const answers = { pass: 0, refuse: 0, cut: 0 }
    for (let at = 0; at < seconds * rate; at++) answers[admitEvent(limiter, perSecond, at * 1000 / rate)] += 1
    return answers
  }
  const limiter = createEventLimiter(perSecond, 0)
  t.strictSame(Array.from({ length: 20 }, () => admitEvent(limiter, perSecond, 0)), Array.from({ length: 20 }, () => 'pass'))
  t.strictSame(send(20, 3600), { pass: 72_000, refuse: 0, cut: 0 }, 'for an hour')
  t.equal(send(30, 60).cut, 0, 'a little too much is only refused')
  for (const rate of [100, 1000, 100_000]) t.ok(send(rate, 30).cut > 0, `${rate} a second are cut off`)
  holds(t, fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }), (gaps) => {
    let now = 0
    const watched = createEventLimiter(perSecond, now)
    const passed = gaps.filter((gap) => { now += gap; return admitEvent(watched, perSecond, now) === 'pass' })
    assert.ok(passed.length <= 40 + now / 1000 * perSecond)
  }))
})
