import type { Db } from '../../db/client.ts'
import { recordJoins } from '../../db/participant-store.ts'

const flushMs = 1000
// Voters that this instance has written down already.
const maxRemembered = 200_000
const maxPending = 50_000

/**
 * Writes down who has joined a room, once for each voter, a second's joins in one statement: a join itself waits for no query. What an
 * instance has not yet written when it dies is lost; the voter is counted when joining again.
 */
export function startAttendance ({ db, onError }: { db: Db, onError: (error: unknown, sentence: string) => void }) {
  const remembered = new Set<string>()
  let pending: { roomId: string, voterId: string }[] = []
  let writing: Promise<void> = Promise.resolve()

  async function write (): Promise<void> {
    const joins = pending
    if (joins.length === 0) return
    pending = []
    try {
      await recordJoins(db, joins)
    } catch (error) {
      for (const { roomId, voterId } of joins) remembered.delete(`${roomId}:${voterId}`)
      onError(error, 'joins could not be written down')
    }
  }

  const timer = setInterval(() => { writing = writing.then(write) }, flushMs)
  timer.unref()

  return {
    note (roomId: string, voterId: string): void {
      const key = `${roomId}:${voterId}`
      if (remembered.has(key) || pending.length >= maxPending) return
      remembered.add(key)
      // All at once: to be written again costs a statement and changes nothing.
      if (remembered.size > maxRemembered) remembered.clear()
      pending.push({ roomId, voterId })
    },
    /** Resolves when what was noted is written. */
    async flush (): Promise<void> {
      writing = writing.then(write)
      await writing
    },
    async stop (): Promise<void> {
      clearInterval(timer)
      await this.flush()
    }
  }
}
