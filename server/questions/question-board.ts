import type { Db } from '../../db/client.ts'
import { readQuestions } from '../../db/question-store.ts'
import type { Questions } from '../protocol/question.ts'
import { toQuestion } from './question-body.ts'

/** A room's questions at one version, as each kind of onlooker sees them. Shared: never change them. */
export interface QuestionsSnapshot {
  readonly version: number
  readonly audience: Questions
  /** With those that wait for a moderator. */
  readonly staff: Questions
}

const maxItems = 100

export type QuestionBoard = ReturnType<typeof createQuestionBoard>

/** The newest version of the questions of every room that somebody here is in; an older one never replaces it (R3). */
export function createQuestionBoard ({ db }: { db: Db }) {
  const held = new Map<string, QuestionsSnapshot>()
  const loading = new Map<string, Promise<QuestionsSnapshot | undefined>>()

  async function read (roomId: string): Promise<QuestionsSnapshot | undefined> {
    const stored = await readQuestions(db, roomId, maxItems)
    if (stored === undefined) {
      held.delete(roomId)
      return undefined
    }
    const { mode, version } = stored
    const known = held.get(roomId)
    if (known !== undefined && known.version >= version) return known
    const bodyOf = (rows: typeof stored.all, total: number, isStaff: boolean): Questions => mode === 'off'
      ? { roomId, mode, version, items: [], total: 0 }
      : { roomId, mode, version, items: rows.map((row) => toQuestion(row, isStaff)), total }
    const snapshot = { version, audience: bodyOf(stored.shown, stored.shownTotal, false), staff: bodyOf(stored.all, stored.allTotal, true) }
    held.set(roomId, snapshot)
    return snapshot
  }

  return {
    peek: (roomId: string) => held.get(roomId),

    /** From memory, else from storage; callers at the same time share one read. */
    async find (roomId: string): Promise<QuestionsSnapshot | undefined> {
      const known = held.get(roomId)
      if (known !== undefined) return known
      let pending = loading.get(roomId)
      if (pending === undefined) {
        pending = read(roomId).finally(() => loading.delete(roomId))
        loading.set(roomId, pending)
      }
      return await pending
    },

    /** Reads them again and takes what is newer. */
    refresh: read,

    forget: (roomId: string) => { held.delete(roomId) },

    /** Frees what is held of other rooms than these. */
    keepOnly (isKept: (roomId: string) => boolean): void {
      for (const roomId of held.keys()) {
        if (!isKept(roomId)) held.delete(roomId)
      }
    }
  }
}
