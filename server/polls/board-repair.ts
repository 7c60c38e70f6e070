import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../db/client.ts'
import { findPolls, listPollVersions } from '../../db/poll-store.ts'
import { findRooms, listRoomRevisions } from '../../db/room-store.ts'
import { toRoomSnapshot, type RoomBoard } from '../rooms/room-board.ts'
import { toSnapshot } from './poll-snapshot.ts'
import type { ResultsBoard } from './results-board.ts'

export interface BoardRepairOptions {
  db: Db
  board: ResultsBoard
  rooms: RoomBoard
  /** The version of the questions of each room that is held and still exists. */
  compareQuestions: (versions: { id: string, questionsVersion: number }[]) => void
  isWatched: { poll (pollId: string): boolean, room (roomId: string): boolean }
  onError: (error: unknown, sentence: string) => void
}

const intervalMs = 1000
// What another instance has just committed is being told already; taking it first would put this instance out of step with those hints.
const hintGraceMs = 250
const idleMs = 60_000

/**
 * Compares what the boards hold with the database once a second and takes over what they missed: messages between instances are
 * hints, the database is the truth (R4, O1).
 */
export function startBoardRepair ({ db, board, rooms, compareQuestions, isWatched, onError }: BoardRepairOptions) {
  const figures = { missed: 0 }
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function repairPolls (): Promise<void> {
    const { pollIds, roomIds } = board.held()
    if (pollIds.length === 0 && roomIds.length === 0) return
    const stored = await listPollVersions(db, pollIds, roomIds)
    const isMissed = ({ id, revision, version, staffRevision }: typeof stored[number]): boolean => {
      const held = board.peek(id)
      return held === undefined || held.poll.revision < revision || held.results.version < version || held.staff.revision < staffRevision
    }
    const behind = stored.filter(isMissed)
    if (behind.length > 0) await delay(hintGraceMs)
    const missed = behind.filter(isMissed)
    figures.missed += missed.length
    for (const poll of await findPolls(db, missed.map(({ id }) => id))) board.put(toSnapshot(poll), 'repair')
    const storedIds = new Set(stored.map(({ id }) => id))
    for (const pollId of pollIds) {
      if (!storedIds.has(pollId)) board.remove(pollId, 'repair')
    }
  }

  async function repairRooms (): Promise<void> {
    const ids = rooms.ids()
    const stored = await listRoomRevisions(db, ids)
    compareQuestions(stored)
    const missed = stored.filter(({ id, revision }) => (rooms.peek(id)?.room.revision ?? 0) < revision)
    for (const stored of await findRooms(db, missed.map(({ id }) => id))) rooms.put(toRoomSnapshot(stored), 'load')
    const storedIds = new Set(stored.map(({ id }) => id))
    for (const roomId of ids) {
      if (!storedIds.has(roomId)) rooms.remove(roomId)
    }
  }

  async function repair (): Promise<void> {
    try {
      board.evictIdle(idleMs, isWatched)
      rooms.evictIdle(idleMs, isWatched.room)
      await repairPolls()
      await repairRooms()
    } catch (error) {
      onError(error, 'the boards could not be compared with the database')
    }
  }

  function runNow (): void {
    clearTimeout(timer)
    running ??= repair().finally(() => {
      running = undefined
      // Spread, so that instances that started together do not ask together.
      if (!isStopped) timer = setTimeout(runNow, intervalMs * (0.9 + Math.random() * 0.2))
    })
  }

  runNow()
  return {
    /** Polls of which no other instance had told something new in time. */
    figures,

    /** For when messages may have been lost, such as when Redis is back. */
    runNow,
    async stop (): Promise<void> {
      isStopped = true
      clearTimeout(timer)
      await running
    }
  }
}
