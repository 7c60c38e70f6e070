import t from 'tap'
import type { Poll, PollView } from '../../server/protocol/poll.ts'
import { createBallotOutbox } from '../../web/client/ballot-outbox.ts'
import { mergeView, withMyVote, withPoll } from '../../web/client/held-view.ts'
import { createSafeStorage } from '../../web/client/storage.ts'
import { createVoterTokens } from '../../web/client/voter-tokens.ts'

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

t.test('that an answer is held stays with it, and goes with it', async (t) => {
  const held = mergeView(undefined, told({ myVote: { text: 'Chairs' }, held: true }))
  t.match(held, { myVote: { text: 'Chairs' }, held: true })
  t.match(withPoll(held, { ...poll, revision: 3, status: 'paused' }), { held: true })
  t.notOk('held' in withPoll(held, { ...poll, revision: 3, round: 2 }), 'not into the next round')
  t.notOk('held' in withMyVote(held, 1, { myVote: { text: 'Tables' } }), 'the next answer is let in')
  t.notOk('held' in mergeView(held, told({ myVote: { text: 'Chairs' } })), 'a moderator let it in')
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
  for (const text of ['{', '{}', JSON.stringify([{ ...answer, answer: { text: 1 } }, { ...answer, answer: {} }, { ...answer, roomId: 1 }, null])]) {
    storage.setItem('plenum.keptAnswers', text)
    t.strictSame(createBallotOutbox(storage).all(), [], text)
  }
})
