import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { Db } from '../../db/client.ts'
import { findPolls } from '../../db/poll-store.ts'
import type { PollService } from '../polls/poll-service.ts'
import { toSnapshot } from '../polls/poll-snapshot.ts'
import type { ExportContent, ExportFormat } from '../protocol/export.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { ballotsSheet } from './ballots-sheet.ts'
import { encodeSheet } from './encoding.ts'
import { openHistory, type PollHistory } from './poll-history.ts'
import { questionsSheet } from './questions-sheet.ts'
import { resultsSheet } from './results-sheet.ts'
import type { Sheet } from './sheet.ts'
import { timelineSheet } from './timeline-sheet.ts'

export interface OpenExport {
  /** The poll's version that it shows; later ballots are not in it. */
  version: number
  /** Must be read or destroyed. */
  body: Readable
}

export interface ExportServiceOptions {
  db: Db
  polls: PollService
  rooms: RoomService
  /** At once. Each takes some memory, and a connection now and then. */
  maxRunning?: number
  /** How long a reader may take for a page of about 500 rows. */
  readTimeoutMs?: number
}

export type ExportService = ReturnType<typeof createExportService>

const retryAfterMs = 5000

/** Streams of what is stored of a poll, or of a room's questions, for who manages it. */
export function createExportService ({ db, polls, rooms, maxRunning = 4, readTimeoutMs = 60_000 }: ExportServiceOptions) {
  const running = new Set<Readable>()

  function encode<Row> (sheet: Sheet<Row>, format: ExportFormat): Readable {
    if (running.size >= maxRunning) throw new PlenumError('busy', { detail: 'Other exports are running.', retryAfterMs })
    const giveUp = () => { body.destroy(new Error('the reader of an export took too long')) }
    const body = encodeSheet({ ...sheet, pages: pace(sheet.pages, readTimeoutMs, giveUp) }, format)
    running.add(body)
    body.once('close', () => { running.delete(body) })
    return body
  }

  async function encodeContent (history: PollHistory, what: ExportContent, format: ExportFormat): Promise<Readable> {
    switch (what) {
      case 'results': return encode(await resultsSheet(history), format)
      case 'ballots': return encode(await ballotsSheet(history), format)
      case 'timeline': return encode(await timelineSheet(history), format)
      default: return what satisfies never
    }
  }

  return {
    /** Throws poll_not_found, busy. */
    async open (pollId: string, userId: string, { what, format }: { what: ExportContent, format: ExportFormat }): Promise<OpenExport> {
      await polls.findAs('see', pollId, userId)
      // Not from the board, which may be a moment behind the other instances.
      const [stored] = await findPolls(db, [pollId])
      if (stored === undefined) throw new PlenumError('poll_not_found')
      const snapshot = toSnapshot(stored)
      return { version: snapshot.results.version, body: await encodeContent(openHistory(db, snapshot), what, format) }
    },

    /** The questions of a room. The body must be read or destroyed. Throws room_not_found, busy. */
    async openQuestions (roomId: string, userId: string, format: ExportFormat): Promise<Readable> {
      await rooms.findAs('see', roomId, userId)
      return encode(questionsSheet(db, roomId), format)
    },

    /** Ends what is running; whoever reads it sees that it is cut off. */
    stop (): void {
      for (const body of running) body.destroy(new PlenumError('unavailable', { detail: 'The server is stopping.', retryAfterMs }))
    }
  }
}

/** Hands on the pages one by one; calls `giveUp` when the next one is not asked for in time. */
async function * pace<T> (pages: AsyncIterable<T[]>, timeoutMs: number, giveUp: () => void): AsyncGenerator<T[]> {
  for await (const page of pages) {
    const timer = setTimeout(giveUp, timeoutMs)
    try {
      yield page
    } finally {
      clearTimeout(timer)
    }
    // Its rows are written. What has handed the page on may outlive the young generation, and would take them along.
    page.length = 0
    // A fast reader takes a page at once. Without this, pages that need no query would leave the event loop no turn.
    await setImmediate()
  }
}
