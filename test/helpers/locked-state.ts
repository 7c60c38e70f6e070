// A poll as the rules of its changes find it.
import type { LockedState } from '../../db/poll-store.ts'

export const noon = new Date('2030-01-01T12:00:00Z')

/** An open poll of three options with ballots, as a change finds it under its lock. */
export function lockedState ({ poll = {}, ...rest }: Partial<Omit<LockedState, 'poll'>> & { poll?: Partial<LockedState['poll']> } = {}): LockedState {
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
