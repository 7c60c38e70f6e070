import { uuidv7 } from 'uuidv7'
import type { Db } from '../../db/client.ts'
import { changePoll, deletePoll, findRoundTally, insertPoll, listPolls, readClock, type DecideChange, type LockedState } from '../../db/poll-store.ts'
import type { NewPoll, Poll, PollEdit, PollStatus, Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { requirePermission, type Permission } from '../rooms/staff.ts'
import { withFreshCode } from '../rooms/room-service.ts'
import { describeChange } from '../webhooks/poll-events.ts'
import { applyCommand, applyReveal, applySchedule, type PollCommand } from './lifecycle.ts'
import { applyEdit, defineNewPoll } from './poll-definition.ts'
import { toPastResults, toSnapshot, type PollSnapshot } from './poll-snapshot.ts'
import type { ResultsBoard } from './results-board.ts'

export type PollService = ReturnType<typeof createPollService>

/**
 * Polls for their hosts. Each change is decided under the poll's lock and told to the results board after its commit, from where it
 * goes out to whoever watches. What belongs to somebody else is answered as if it did not exist.
 */
export function createPollService ({ db, board, rooms }: { db: Db, board: ResultsBoard, rooms: RoomService }) {
  /** A poll of a room in which this user has the permission. Throws poll_not_found where the user sees nothing, forbidden where only this is too much. */
  async function findAs (permission: Permission, pollId: string, userId: string): Promise<PollSnapshot> {
    const snapshot = await board.find(pollId)
    if (snapshot === undefined) throw new PlenumError('poll_not_found')
    requirePermission(permission, snapshot.staff, userId, 'poll_not_found')
    return snapshot
  }

  /** Throws poll_not_found. */
  async function change (pollId: string, decide: DecideChange): Promise<PollSnapshot> {
    const stored = await changePoll(db, pollId, decide, describeChange)
    if (stored === undefined) throw new PlenumError('poll_not_found')
    const snapshot = toSnapshot(stored)
    board.put(snapshot, 'commit')
    return snapshot
  }

  /** Decides under the lock with what storage says of the user's permission then. */
  const as = <T>(permission: Permission, userId: string, decide: (state: LockedState) => T) => (state: LockedState): T => {
    requirePermission(permission, state.staff, userId, 'poll_not_found')
    return decide(state)
  }

  return {
    findAs,
    change,

    async create (userId: string, input: NewPoll): Promise<PollSnapshot> {
      const { poll, labels, tally } = defineNewPoll(input, await readClock(db))
      const id = uuidv7()
      const row = { id, ...poll, nextOptionId: labels.length + 1 }
      if (input.roomId !== undefined) {
        const { room } = await rooms.findAs('edit', input.roomId, userId)
        await insertPoll(db, { ...row, roomId: room.id }, labels, tally)
      } else {
        const roomId = uuidv7()
        await withFreshCode(async (code) => {
          await insertPoll(db, { ...row, roomId }, labels, tally, { id: roomId, code, title: input.question, ownerId: userId })
        })
      }
      await board.refresh(id, 'commit')
      return await findAs('see', id, userId)
    },

    async list (userId: string, filter: { roomId?: string | undefined, status?: PollStatus | undefined, before?: string | undefined, limit: number }): Promise<PollSnapshot[]> {
      const stored = await listPolls(db, { userId, ...filter })
      return stored.map(toSnapshot)
    },

    async command (pollId: string, userId: string, command: PollCommand): Promise<PollSnapshot> {
      return await change(pollId, as(command === 'archive' ? 'edit' : 'run', userId, (state) => applyCommand(state, command)))
    },

    async reveal (pollId: string, userId: string, revealed: boolean): Promise<PollSnapshot> {
      return await change(pollId, as('run', userId, (state) => applyReveal(state, revealed)))
    },

    /** @param isCurrent whether the edit was made for this revision; stale_revision otherwise */
    async edit (pollId: string, userId: string, edit: PollEdit, isCurrent: (revision: number) => boolean): Promise<PollSnapshot> {
      return await change(pollId, as('edit', userId, (state) => {
        if (!isCurrent(state.poll.revision)) throw new PlenumError('stale_revision')
        return applyEdit(state, edit)
      }))
    },

    async delete (pollId: string, userId: string, isCurrent: (revision: number) => boolean): Promise<void> {
      const { poll } = await findAs('edit', pollId, userId)
      const isDeleted = await deletePoll(db, pollId, as('edit', userId, (state) => {
        if (!isCurrent(state.poll.revision)) throw new PlenumError('stale_revision')
      }))
      if (!isDeleted) throw new PlenumError('poll_not_found')
      board.remove(pollId, 'commit')
      await rooms.refresh(poll.roomId)
    },

    /** Opens or closes what its own times ask for. Safe to ask on every instance at once: the poll's lock lets one of them do it. */
    async applyDue (pollId: string): Promise<void> {
      await change(pollId, applySchedule)
    },

    /** The results of a round that has ended, or undefined when there was none. */
    async findPastResults (poll: Poll, round: number): Promise<Results | undefined> {
      const past = await findRoundTally(db, poll.id, round)
      return past === undefined ? undefined : toPastResults(poll, past)
    }
  }
}
