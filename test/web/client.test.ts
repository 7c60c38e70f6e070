import t from 'tap'
import type { Poll, PollView } from '../../server/protocol/poll.ts'
import { mergeView, withMyVote, withPoll } from '../../web/client/held-view.ts'

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
