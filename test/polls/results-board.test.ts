import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { toSnapshot, type PollSnapshot } from '../../server/polls/poll-snapshot.ts'
import { createResultsBoard, type BoardChange, type ChangeSource } from '../../server/polls/results-board.ts'
import { lockedState } from '../helpers/locked-state.ts'
import { holds } from '../helpers/properties.ts'

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
      else assert.equal(board.putResults(snapshot.results, revision, source) === 'poll_unknown', revision > (board.peek('poll')?.poll.revision ?? 0), '[R6] results wait for the edit that they were made under')
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
