import type { Results } from '../protocol/poll.ts'
import type { Staff } from '../rooms/staff.ts'
import type { PollSnapshot } from './poll-snapshot.ts'

/** Where a change was learned: committed here, told by another instance, found by comparing with the database, or read because somebody asked. */
export type ChangeSource = 'commit' | 'hint' | 'repair' | 'load'

export interface BoardChange {
  snapshot: PollSnapshot
  /** What is newer than before. */
  pollChanged: boolean
  resultsChanged: boolean
  staffChanged: boolean
  /** The board did not hold this poll before. */
  isNew: boolean
  source: ChangeSource
}

export interface BoardListener {
  changed (change: BoardChange): void
  removed (snapshot: PollSnapshot, source: ChangeSource): void
}

export interface ResultsBoardOptions {
  /** Reads polls from storage; those that do not exist are absent. */
  loadPolls (ids: string[]): Promise<PollSnapshot[]>
  loadRoomPolls (roomId: string): Promise<PollSnapshot[]>
}

export type ResultsBoard = ReturnType<typeof createResultsBoard>

interface Entry { snapshot: PollSnapshot, usedAt: number }

/**
 * The newest snapshot of every poll that this instance has to do with. A poll's body is replaced by a higher revision only (its staff by
 * one of its room), its results by a higher version only, so whoever reads the board never goes back (R3). Joins and reads are answered from here.
 */
export function createResultsBoard ({ loadPolls, loadRoomPolls }: ResultsBoardOptions) {
  const entries = new Map<string, Entry>()
  const rooms = new Map<string, Set<string>>()
  const listeners: BoardListener[] = []
  const loading = new Map<string, Promise<unknown>>()
  const reads = { hits: 0, misses: 0 }

  function get (pollId: string): PollSnapshot | undefined {
    const entry = entries.get(pollId)
    if (entry === undefined) return undefined
    entry.usedAt = Date.now()
    return entry.snapshot
  }

  /** From memory, else from storage; callers at the same time share one read. */
  async function find (pollId: string): Promise<PollSnapshot | undefined> {
    const held = get(pollId)
    if (held !== undefined) {
      reads.hits += 1
      return held
    }
    reads.misses += 1
    await refresh(pollId)
    return get(pollId)
  }

  /** All polls of the room in the order in which they were created. From then on new polls of this room are kept up to date too. */
  async function findRoom (roomId: string): Promise<PollSnapshot[]> {
    if (rooms.has(roomId)) {
      reads.hits += 1
    } else {
      reads.misses += 1
      await once(`room:${roomId}`, async () => {
        const snapshots = await loadRoomPolls(roomId)
        for (const snapshot of snapshots) put(snapshot, 'load')
        // From the board, not from what was read: a poll that was created during the read is not in it.
        const held = Array.from(entries.values(), ({ snapshot }) => snapshot.poll).filter((poll) => poll.roomId === roomId)
        rooms.set(roomId, new Set(held.map((poll) => poll.id)))
      })
    }
    const snapshots = Array.from(rooms.get(roomId) ?? [], get).filter((snapshot) => snapshot !== undefined)
    return snapshots.sort((a, b) => a.poll.id < b.poll.id ? -1 : 1)
  }

  /** Reads the poll from storage and takes what is newer. */
  async function refresh (pollId: string, source: ChangeSource = 'load'): Promise<void> {
    await once(`${pollId}:${source}`, async () => {
      for (const snapshot of await loadPolls([pollId])) put(snapshot, source)
    })
  }

  async function once (key: string, load: () => Promise<void>): Promise<void> {
    let pending = loading.get(key)
    if (pending === undefined) {
      pending = load().finally(() => loading.delete(key))
      loading.set(key, pending)
    }
    await pending
  }

  /** Takes what is newer of a whole snapshot. */
  function put (snapshot: PollSnapshot, source: ChangeSource): void {
    const { id, roomId } = snapshot.poll
    const entry = entries.get(id)
    const held = entry?.snapshot
    rooms.get(roomId)?.add(id)
    const pollChanged = held === undefined || snapshot.poll.revision > held.poll.revision
    const resultsChanged = held === undefined || snapshot.results.version > held.results.version
    const staffChanged = held === undefined || snapshot.staff.revision > held.staff.revision
    if (!pollChanged && !resultsChanged && !staffChanged) return
    const merged: PollSnapshot = {
      poll: pollChanged ? snapshot.poll : held.poll,
      secret: pollChanged ? snapshot.secret : held.secret,
      results: resultsChanged ? snapshot.results : held.results,
      staff: staffChanged ? snapshot.staff : held.staff
    }
    entries.set(id, { snapshot: merged, usedAt: entry?.usedAt ?? Date.now() })
    const change = { snapshot: merged, pollChanged, resultsChanged, staffChanged, isNew: held === undefined, source }
    for (const listener of listeners) listener.changed(change)
  }

  /**
   * Takes newer results that were computed at this revision of the poll. Results of a revision that is not held yet wait for it:
   * the edit or hiding that made it must be known before they are shown to anyone (R6).
   */
  function putResults (results: Results, revision: number, source: ChangeSource): 'taken' | 'old' | 'poll_unknown' {
    const held = entries.get(results.pollId)?.snapshot
    if (held === undefined || revision > held.poll.revision) return 'poll_unknown'
    if (results.version <= held.results.version) return 'old'
    put({ ...held, results }, source)
    return 'taken'
  }

  /** Takes newer staff over to the polls of this room that are held. */
  function putStaff (roomId: string, staff: Staff): void {
    for (const { snapshot } of entries.values()) {
      if (snapshot.poll.roomId === roomId) put({ ...snapshot, staff }, 'load')
    }
  }

  function remove (pollId: string, source: ChangeSource): void {
    const held = entries.get(pollId)?.snapshot
    if (held === undefined) return
    forget(pollId)
    for (const listener of listeners) listener.removed(held, source)
  }

  function forget (pollId: string): void {
    const held = entries.get(pollId)?.snapshot
    entries.delete(pollId)
    if (held !== undefined) rooms.get(held.poll.roomId)?.delete(pollId)
  }

  /** Frees what nobody watches and nobody asked for during `idleMs`. */
  function evictIdle (idleMs: number, isWatched: { poll (pollId: string): boolean, room (roomId: string): boolean }): void {
    const before = Date.now() - idleMs
    for (const [pollId, { snapshot, usedAt }] of entries) {
      if (usedAt < before && !isWatched.poll(pollId) && !isWatched.room(snapshot.poll.roomId)) entries.delete(pollId)
    }
    for (const [roomId, pollIds] of rooms) {
      // A room of which one poll is gone from memory would answer a join without it.
      const isWhole = pollIds.size > 0 && Array.from(pollIds).every((pollId) => entries.has(pollId))
      if (!isWhole && !isWatched.room(roomId)) rooms.delete(roomId)
    }
  }

  return {
    /** How often a poll or a room was looked up, and found here or not. Whoever reads with `get` counts for itself. */
    reads,
    get,
    /** Like get, without counting as use. */
    peek: (pollId: string) => entries.get(pollId)?.snapshot,
    find,
    findRoom,
    refresh,
    put,
    putResults,
    putStaff,
    remove,
    evictIdle,
    subscribe: (listener: BoardListener) => { listeners.push(listener) },
    /** Ids of the polls held, and of the rooms whose every poll is held. */
    held: () => ({ pollIds: Array.from(entries.keys()), roomIds: Array.from(rooms.keys()) })
  }
}
