import type { Mutant } from './mutant.ts'

/** What the promises of SPEC.md hang on. */
export const mutants: Mutant[] = [
  {
    id: 'lock',
    breaks: 'a vote does not wait for the poll\'s lock',
    rules: ['V5', 'R1'],
    edits: [{ file: 'db/ledger.ts', cut: ' FOR NO KEY UPDATE`,', put: '`,' }],
    caughtBy: { file: 'test/db/storage.test.ts', test: '[V5] a vote that waits behind a close is refused' }
  },
  {
    id: 'clock',
    breaks: 'the clock is read before the lock is held',
    rules: ['V5'],
    edits: [{ file: 'db/ledger.ts', cut: 'clock_timestamp()::timestamptz(3) AS now', put: 'now()::timestamptz(3) AS now' }],
    caughtBy: { file: 'test/db/storage.test.ts', test: '[V5] a vote that waits beyond closesAt is refused' }
  },
  {
    id: 'closes-at',
    breaks: 'a poll takes votes beyond closesAt, until somebody closes it',
    rules: ['V5'],
    edits: [{ file: 'server/polls/ballot.ts', cut: 'poll.closesAt !== null && now >= poll.closesAt', put: 'false' }],
    caughtBy: { file: 'test/polls/ballots.test.ts', test: '[V5] from closesAt on a vote is refused' }
  },
  {
    id: 'unique-key',
    breaks: 'the database takes a second ballot of the same number',
    rules: ['V2'],
    edits: [{
      file: 'db/migrations/0000_initial.sql',
      cut: ',\n\tCONSTRAINT "ballots_poll_id_round_voter_id_n_pk" PRIMARY KEY("poll_id","round","voter_id","n")',
      put: ''
    }],
    caughtBy: { file: 'test/db/storage.test.ts', test: '[V2] the database itself refuses' }
  },
  {
    id: 'ack',
    breaks: 'a vote is acknowledged when it is decided, before it is committed',
    rules: ['V1', 'V6'],
    edits: [
      {
        file: 'server/polls/ballot-box.ts',
        cut: '(state) => decideBallots(state, batch))',
        put: `(state) => {
          const decision = decideBallots(state, batch)
          const early = createReceipts(pollId, { decision, poll: state.poll, now: state.now, buckets: undefined })
          batch.forEach((vote, at) => { settleOne(vote, early.of(vote, at)) })
          return decision
        })`
      },
      { file: 'server/polls/ballot-box.ts', cut: 'batch.forEach((vote, at) => { settleOne(vote, receipts.of(vote, at)) })', put: 'void receipts' }
    ],
    caughtBy: { file: 'test/realtime/load.test.ts', test: '[V1] a ballot that fails at the commit is not acknowledged' }
  },
  {
    id: 'alone',
    breaks: 'a ballot that cannot be stored takes its batch with it',
    rules: ['V6'],
    edits: [{ file: 'server/polls/ballot-box.ts', cut: 'if (batch.length === 1) {', put: 'if (batch.length > 0) {' }],
    caughtBy: { file: 'test/db/storage.test.ts', test: '[V6] a ballot that the database refuses fails alone' }
  },
  {
    id: 'again',
    breaks: 'an answer that is stored already is a new vote',
    rules: ['V3'],
    edits: [{ file: 'server/polls/ballot.ts', cut: 'stored !== undefined && isSameAnswer(stored.answer, answer)', put: 'stored !== undefined && Math.random() < 0 && isSameAnswer(stored.answer, answer)' }],
    caughtBy: { file: 'test/polls/ballots.test.ts', test: '[V3] a repeated answer gets the receipt of the stored ballot' }
  },
  {
    id: 'round',
    breaks: 'a vote that was meant for another round counts in this one',
    rules: ['V9'],
    edits: [{ file: 'server/polls/ballot.ts', cut: 'if (vote.round !== undefined && vote.round !== poll.round) {', put: 'if (vote.round === 0) {' }],
    caughtBy: { file: 'test/polls/ballots.test.ts', test: '[V3][V4][V5][V9]' }
  },
  {
    id: 'version',
    breaks: 'an instance takes over results that are older than its own',
    rules: ['R3'],
    edits: [
      { file: 'server/polls/results-board.ts', cut: 'held === undefined || snapshot.results.version > held.results.version', put: 'held === undefined || snapshot.results !== held.results' },
      { file: 'server/polls/results-board.ts', cut: 'if (results.version <= held.results.version) return \'old\'', put: '' }
    ],
    caughtBy: { file: 'test/polls/results-board.test.ts', test: '[R1][R3] the results board never goes back' }
  },
  {
    id: 'page-version',
    breaks: 'a page takes over results that are older than its own',
    rules: ['R3'],
    edits: [{ file: 'web/client/held-view.ts', cut: 'if (view.results !== null && results.version <= view.results.version) return view', put: '' }],
    caughtBy: { file: 'test/web/client.test.ts', test: '[R3] a page never goes back' }
  },
  {
    id: 'hidden-edit',
    breaks: 'results of an edit that is not known here yet are shown by the rules of before',
    rules: ['R6'],
    edits: [{ file: 'server/polls/results-board.ts', cut: 'if (held === undefined || revision > held.poll.revision) return \'poll_unknown\'', put: 'if (held === undefined) return \'poll_unknown\'' }],
    caughtBy: { file: 'test/polls/results-board.test.ts', test: '[R1][R3] the results board never goes back' }
  },
  {
    id: 'hidden',
    breaks: 'what only hosts may see goes to everyone who watches the poll',
    rules: ['R6'],
    edits: [{ file: 'server/realtime/room-emitter.ts', cut: 'case \'hosts\': return [hostsRoom(poll.id)]', put: 'case \'hosts\': return [pollRoom(poll.id)]' }],
    caughtBy: { file: 'test/realtime/visibility.test.ts', test: '[R6] after_close and hosts' }
  },
  {
    id: 'pace',
    breaks: 'each change is a frame of its own',
    rules: ['R5'],
    edits: [{ file: 'server/realtime/ticker.ts', cut: 'const restMs = Math.ceil(Math.max(0, pauseMs - (performance.now() - startedAt))) + 1', put: 'const restMs = Math.min(1, pauseMs - startedAt)' }],
    caughtBy: { file: 'test/realtime/pacing.test.ts', test: '[R5] calls for a key keep their distance' }
  },
  {
    id: 'guard',
    breaks: 'what cannot be published in Redis is an unhandled rejection',
    rules: ['O1'],
    edits: [{ file: 'server/realtime/redis.ts', cut: 'Object.assign(pub, { publish: guard(pub.publish.bind(pub), 0, note) })', put: '' }],
    caughtBy: { file: 'test/cluster/instances.test.ts', test: '[O1] without Redis votes go on' }
  },
  {
    id: 'repair',
    breaks: 'nobody asks the database for what a lost message would have told',
    rules: ['R4', 'O1'],
    edits: [{ file: 'server/polls/board-repair.ts', cut: 'board.put(toSnapshot(poll), \'repair\')', put: 'toSnapshot(poll)' }],
    caughtBy: { file: 'test/cluster/instances.test.ts', test: '[O1] without Redis votes go on' }
  }
]
