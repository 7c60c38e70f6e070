import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { kinds } from '../../server/polls/kinds/kinds.ts'
import type { Answer, OwnVote, Poll, PollKind, PollView, Results } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import { answerRules } from '../../web/client/answer-rules.ts'
import { createBallotOutbox } from '../../web/client/ballot-outbox.ts'
import { draftOf, isSameAnswer, withoutLostOptions } from '../../web/client/draft.ts'
import { mergeView, withMyVote, withPoll, withResults } from '../../web/client/held-view.ts'
import { createLiveRoom } from '../../web/client/live-room.ts'
import { copyOf } from '../../web/host/polls/poll-draft.ts'
import { importPolls } from '../../web/host/polls/import-polls.ts'
import { withOwnOrder } from '../../server/protocol/own-order.ts'
import { isRightAnswer } from '../../web/client/solution.ts'
import { createSafeStorage } from '../../web/client/storage.ts'
import { createVoterTokens } from '../../web/client/voter-tokens.ts'
import { holds } from '../helpers/properties.ts'

const at = '2026-01-15T18:00:00.000Z'
const poll: Poll = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  roomId: '01890a5d-ac96-774b-bcce-b302099a8058',
  kind: 'text',
  question: 'What is missing?',
  options: [],
  status: 'open',
  round: 1,
  revote: 'change',
  resultsVisibility: 'live',
  revealed: null,
  minChoices: 1,
  maxChoices: 1,
  opensAt: null,
  closesAt: null,
  revision: 2,
  createdAt: at,
  updatedAt: at
}
const told = (part: Partial<PollView> = {}): PollView => ({ poll, results: null, myVote: null, now: at, ...part })

t.test('[R3] a page never goes back, in whatever order it is told of results and polls', async (t) => {
  const number = fc.integer({ min: 1, max: 8 })
  const resultsAt = (version: number): Results => ({ pollId: poll.id, round: 1, version, status: 'open', final: false, voters: version, counts: {}, at })
  holds(t, fc.property(fc.array(fc.tuple(fc.constantFrom('results', 'poll', 'joined'), number, number)), (news) => {
    let view = mergeView(undefined, told({ poll: { ...poll, revision: 1 }, results: resultsAt(1) }))
    let newest = { revision: 1, version: 1 }
    for (const [what, revision, version] of news) {
      if (what === 'results') view = withResults(view, resultsAt(version))
      else if (what === 'poll') view = withPoll(view, { ...poll, revision })
      else view = mergeView(view, told({ poll: { ...poll, revision }, results: resultsAt(version) }))
      newest = { revision: what === 'results' ? newest.revision : Math.max(newest.revision, revision), version: what === 'poll' ? newest.version : Math.max(newest.version, version) }
      assert.deepEqual({ revision: view.poll.revision, version: view.results?.version }, newest)
    }
  }))
})

t.test('that an answer is held stays with it, and goes with it', async (t) => {
  const held = mergeView(undefined, told({ myVote: { text: 'Chairs' }, held: true, review: 'held' }))
  t.match(held, { myVote: { text: 'Chairs' }, review: 'held' })
  t.match(withPoll(held, { ...poll, revision: 3, status: 'paused' }), { review: 'held' })
  t.notOk('review' in withPoll(held, { ...poll, revision: 3, round: 2 }), 'not into the next round')
  t.notOk('review' in withMyVote(held, 1, { myVote: { text: 'Tables' } }), 'the next answer is let in')
  t.notOk('review' in mergeView(held, told({ myVote: { text: 'Chairs' } })), 'a moderator let it in')
})

t.test('a copy of a quiz has the same right answer, whatever the ids of the options were, and one of words leaves out the same words', async (t) => {
  const quiz: Poll = { ...poll, kind: 'multiple', maxChoices: 2, options: [{ id: 7, label: '3' }, { id: 2, label: '4' }, { id: 9, label: '5' }], correct: [7, 9], explanation: 'Odd.' }
  const { options, correct, explanation } = copyOf(quiz)
  t.strictSame(options, [{ label: '3', correct: true }, { label: '4', correct: false }, { label: '5', correct: true }])
  t.strictSame([correct, explanation], [undefined, 'Odd.'])
  t.match(copyOf({ ...poll, kind: 'words', maxChoices: 3, stopWords: ['the', 'a bit'], mergePlurals: true }), { stopWords: ['the', 'a bit'], mergePlurals: true })
})

t.test('an import that is stopped keeps what was refused, what it stopped at and what was not tried', async (t) => {
  const entries = ['Tea?', 'Chess?', 'Cake?', 'Beer?', 'Wine?'].map((question) => ({ source: question, poll: { kind: 'text' as const, question } }))
  const lost = new Error('the network is gone')
  const { left, ...outcome } = await importPolls(entries, async ({ question }) => {
    if (question === 'Beer?') throw lost
    return question === 'Chess?' ? 'is no question' : undefined
  })
  t.strictSame(outcome, { count: 2, problems: ['is no question'], stop: { question: 'Beer?', error: lost } })
  t.strictSame(left.map(({ source }) => source), ['Chess?', 'Beer?', 'Wine?'])
})

/** As of a browser that blocks its own: it lasts as long as the page. */
const createStorage = () => createSafeStorage(() => { throw new Error('blocked') })
const [deviceVoter, codeVoter, otherCodeVoter] = ['01890a5d-ac96-774b-bcce-000000000001', '01890a5d-ac96-774b-bcce-000000000002', '01890a5d-ac96-774b-bcce-000000000003'] as const

t.test('a device is one voter in all rooms, and in each room with codes another', async (t) => {
  const storage = createStorage()
  const [open, members, board] = ['BCDFGH', 'JKMNPQ', 'RSTVWX'].map((code) => createVoterTokens(code, storage))
  if (open === undefined || members === undefined || board === undefined) throw new Error('there is no room')
  open.keep(deviceVoter, 'open')
  t.equal(members.read(), deviceVoter, 'who comes to a room with codes first is the voter of the device')
  members.keep(codeVoter, 'codes')
  members.keepRedeemed(codeVoter)
  board.keep(otherCodeVoter, 'codes')
  t.strictSame([open, members, board].map(({ read }) => read()), [deviceVoter, codeVoter, otherCodeVoter])
  t.strictSame([codeVoter, otherCodeVoter, deviceVoter, ''].map(members.isRedeemed), [true, false, false, false])
  t.equal(board.isRedeemed(otherCodeVoter), false, 'it came back without a code of this room')
  t.equal(createVoterTokens(' jkm-npq', storage).read(), codeVoter, 'however the code is typed')
  members.keep(codeVoter, 'open')
  t.equal(open.read(), deviceVoter, 'a room that is opened to all keeps its voter to itself')
  members.drop()
  t.equal(members.read(), deviceVoter)
})

t.test('kept answers outlive the page, one for each poll, and what cannot be read is left out', async (t) => {
  const storage = createStorage()
  const answer = { roomId: poll.roomId, pollId: poll.id, round: 1, answer: { text: 'Chairs' } }
  const outbox = createBallotOutbox(storage)
  outbox.keep(answer)
  const newer = { ...answer, answer: { text: 'Tables' } }
  outbox.keep(newer)
  outbox.drop(answer)
  t.strictSame(createBallotOutbox(storage).all(), [newer], 'only the newest can be dropped')
  outbox.drop(newer)
  t.strictSame(createBallotOutbox(storage).all(), [])

  const [one, other] = [createBallotOutbox(storage), createBallotOutbox(storage)]
  one.keep(answer)
  other.keep(newer)
  t.equal(one.drop(answer), true)
  t.strictSame(createBallotOutbox(storage).all(), [newer], 'what another tab has kept since stays stored')
  other.follow(poll.id, structuredClone(newer))
  t.equal(other.drop(newer), true, 'also after another tab has told of the same answer')
  for (const text of ['{', '{}', JSON.stringify([{ ...answer, answer: { text: 1 } }, { ...answer, answer: {} }, { ...answer, roomId: 1 }, null])]) {
    storage.setItem('plenum.keptAnswers', text)
    t.strictSame(createBallotOutbox(storage).all(), [], text)
  }
})

/** What the server makes of an answer, or the code of its refusal. */
function normalize ({ kind, options, minChoices, maxChoices, ...settings }: Poll, answer: Answer): Answer | string {
  try {
    return kinds[kind].normalize(answer, { minChoices, maxChoices, settings, optionIds: new Set(options.map(({ id }) => id)) })
  } catch (error) {
    if (error instanceof PlenumError) return error.code
    throw error
  }
}

t.test('the phone sends the numbers that the server takes, and no others', async (t) => {
  const decimal = (digits: number) => fc.integer({ min: -5000, max: 5000 }).map((whole) => Number((whole / 10 ** digits).toFixed(digits)))
  const range = fc.record({ min: fc.option(decimal(1)), max: fc.option(fc.constant(400)), step: fc.option(fc.constantFrom(0.1, 0.3, 0.7, 1, 2.5)) })
  holds(t, fc.property(range, fc.oneof(decimal(1), decimal(2), fc.double({ noNaN: true, min: -1e12, max: 1e12 })), (range, value) => {
    const asked: Poll = { ...poll, kind: 'number', range }
    const isRefused = typeof normalize(asked, { value }) === 'string'
    return isRefused === (answerRules.number.findProblem({ value: String(value) }, asked) !== null)
  }), 2000)
  const cents: Poll = { ...poll, kind: 'number', range: { min: null, max: null, step: 0.01 } }
  t.equal(answerRules.number.findProblem({ value: '999999999999.99' }, cents), null, 'however great')
})

t.test('the phone calls the same answers right as the server', async (t) => {
  const cases: [PollKind, Poll['correct'], Answer, boolean][] = [
    ['number', { value: 0.3 }, { value: 0.1 + 0.2 }, true],
    ['number', { value: 1, tolerance: 0.1 }, { value: 1.1 }, true],
    ['number', { value: 1, tolerance: 0.1 }, { value: 1.11 }, false],
    ['single', [1, 2], { choices: [2] }, true],
    ['single', [1], { choices: [2] }, false],
    ['multiple', [1, 2], { choices: [1] }, false],
    ['multiple', [1, 2], { choices: [1, 2] }, true]
  ]
  for (const [kind, correct, answer, isRight] of cases) {
    if (correct === undefined) throw new Error('not a quiz')
    t.equal(kinds[kind].isCorrect?.(answer, correct), isRight)
    t.equal(isRightAnswer({ ...poll, kind, correct }, answer), isRight, `${kind} ${JSON.stringify(answer)}`)
  }
})

t.test('the phone takes the same answers for one as the server', async (t) => {
  const word = fc.constantFrom('Straße', 'STRASSE', 'hel\u200blo', 'hello', 'İstanbul', 'istanbul', 'sık', 'sik', 'ﬂuﬀ', 'Tea ')
  const words: Poll = { ...poll, kind: 'words', maxChoices: 3 }
  holds(t, fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(word, { minLength: 1, maxLength: 3 }), (a, b) => {
    const isSame = JSON.stringify(normalize(words, { words: a })) === JSON.stringify(normalize(words, { words: b }))
    return isSame === isSameAnswer({ ...poll, kind: 'words' }, { words: a }, { words: b })
  }), 500)
  t.match(answerRules.words.findProblem({ words: ['Tea', 'tea'] }, { ...words, minChoices: 2 }), /at least 2/)
  const merging: Poll = { ...words, mergePlurals: true, stopWords: ['tea'] }
  t.equal(isSameAnswer(merging, { words: ['Cats', 'tea'] }, { words: ['cat'] }), true, 'plurals and stop words')
  t.equal(isSameAnswer({ ...poll, kind: 'multiple' }, { choices: [2, 1] }, { choices: [1, 2] }), true)
  t.equal(isSameAnswer({ ...poll, kind: 'ranking' }, { choices: [2, 1] }, { choices: [1, 2] }), false)
})

t.test('a draft keeps what is typed, and loses the options that an edit takes away', async (t) => {
  t.strictSame(draftOf({ value: 1.5 }), { value: '1.5' })
  t.strictSame(withoutLostOptions({ choices: [3, 1] }, { ...poll, options: [{ id: 1, label: 'Ada' }] }), { choices: [1] })
  t.strictSame(withoutLostOptions({ text: 'Chairs' }, poll), { text: 'Chairs' })
})

t.test('each voter has an order of options that an added option leaves as it is', async (t) => {
  const options = Array.from({ length: 12 }, (_option, at) => ({ id: at + 1, label: `Option ${at + 1}` }))
  const orderOf = (voterId: string, listed = options) => withOwnOrder({ ...poll, options: listed, shuffle: true }, voterId).options.map(({ id }) => id)
  t.strictSame(orderOf(deviceVoter), orderOf(deviceVoter))
  t.notSame(orderOf(deviceVoter), orderOf(codeVoter))
  t.strictSame(orderOf(deviceVoter).filter((id) => id !== 12), orderOf(deviceVoter, options.slice(0, 11)))
  t.strictSame(withOwnOrder({ ...poll, options }, deviceVoter).options, options, 'in the host\'s where nothing else is asked for')
})

const results = (part: Partial<Results> = {}): Results => ({ pollId: poll.id, round: 1, version: 5, status: 'open', final: false, voters: 3, counts: {}, at, ...part })

function joinRoom (views: PollView[], isStaff = false) {
  const liveRoom = createLiveRoom({ isStaff })
  const join = (polls: PollView[]) => liveRoom.applyJoin({
    room: { id: poll.roomId, code: 'BCDFGH', title: 'Town hall', currentPollId: poll.id, access: 'open', questionsMode: 'off', revision: 1 },
    polls,
    questions: null
  })
  join(views)
  return { ...liveRoom, join, voters: () => liveRoom.shown.value?.results?.voters }
}

t.test('[R6] an event that hides results takes them off the screen of the audience, and not of the staff', async (t) => {
  const hidden: Poll = { ...poll, revision: 3, revealed: false }
  const hide = (room: ReturnType<typeof joinRoom>) => {
    room.apply('poll', hidden)
    return room.voters()
  }
  t.equal(hide(joinRoom([told({ results: results() })])), undefined)
  t.equal(hide(joinRoom([told({ results: results() })], true)), 3, 'a presenter link')
  const host = joinRoom([told({ poll: { ...poll, resultsVisibility: 'hosts' }, results: results() })])
  t.equal(hide(host), 3, 'a host, who was shown what the audience is not')
  const lateHost = joinRoom([told({ results: results() })])
  t.equal(hide(lateHost), undefined)
  lateHost.apply('results', results({ version: 6, voters: 4 }))
  lateHost.apply('poll', { ...hidden, revision: 4, status: 'paused' })
  t.equal(lateHost.voters(), 4, 'who gets results of a hidden poll')
  const formerPresenter = joinRoom([told({ poll: hidden })], true)
  formerPresenter.join([told({ poll: { ...poll, revision: 4 }, results: results() })])
  formerPresenter.apply('poll', { ...hidden, revision: 5 })
  t.equal(formerPresenter.voters(), undefined, 'a link that does not hold any more')
})

t.test('a voter does not become staff by the results that come with the vote', async (t) => {
  const afterVote: Poll = { ...poll, resultsVisibility: 'after_vote' }
  const voter = joinRoom([told({ poll: afterVote })])
  voter.apply('results', results())
  voter.recordMyVote(poll.id, 1, { myVote: { text: 'Tea' } })
  t.equal(voter.voters(), 3)
  voter.recordMyVote(poll.id, 1, { myVote: null })
  t.equal(voter.voters(), undefined)
})

t.test('[R3] what came in during a join is not lost to its older answer', async (t) => {
  const room = joinRoom([told({ results: results() })])
  room.beginJoin()
  room.apply('results', results({ version: 7, voters: 9 }))
  room.recordMyVote(poll.id, 1, { myVote: { text: 'Tea' }, review: 'held' })
  room.join([told({ results: results({ version: 6, voters: 8 }) })])
  t.match(room.shown.value, { myVote: { text: 'Tea' }, review: 'held', results: { version: 7, voters: 9 } })
  room.apply('results', results({ version: 6, voters: 8 }))
  room.apply('poll', { ...poll, revision: 1, status: 'closed' })
  t.match(room.shown.value, { poll: { status: 'open' }, results: { version: 7 } })
})

t.test('a review is told to the voter at once, and one that comes late does not undo a newer answer', async (t) => {
  const room = joinRoom([told({ myVote: { text: 'Tea' }, held: true, review: 'held' })])
  const reviewed = (part: Partial<OwnVote>) => {
    room.apply('vote', { pollId: poll.id, round: 1, myVote: { text: 'Tea' }, castAt: '2026-01-15T18:30:02.000Z', ...part })
    return room.shown.value
  }
  t.equal(reviewed({ held: true, review: 'removed' })?.review, 'removed')
  t.notOk(Object.hasOwn(reviewed({ castAt: '2026-01-15T18:30:03.000Z' }) ?? {}, 'review'), 'let in')
  room.recordMyVote(poll.id, 1, { myVote: { text: 'Coffee' }, castAt: '2026-01-15T18:30:05.000Z' })
  t.match(reviewed({ held: true, review: 'removed', castAt: '2026-01-15T18:30:04.000Z' }), { myVote: { text: 'Coffee' }, review: undefined })
  t.match(reviewed({ round: 2, castAt: '2026-01-15T18:30:06.000Z' }), { myVote: { text: 'Coffee' } }, 'nor one of another round')
})

t.test('[R3] what a host changes of the room reaches its screens, and an older state changes nothing', async (t) => {
  const room = joinRoom([told()])
  const state = { roomId: poll.roomId, currentPollId: poll.id, access: 'open', questionsMode: 'off', present: 3 } as const
  room.apply('room', { ...state, revision: 3, title: 'All hands', accent: '#d55e00', questionsMode: 'pre' })
  t.match(room.room.value, { code: 'BCDFGH', title: 'All hands', accent: '#d55e00', questionsMode: 'pre', revision: 3 })
  room.apply('room', { ...state, revision: 2, title: 'Town hall' })
  t.match(room.room.value, { title: 'All hands', accent: '#d55e00' })
  room.apply('room', { ...state, revision: 4, title: 'All hands' })
  t.notOk(Object.hasOwn(room.room.value ?? {}, 'accent'), 'the colour is gone')
})
