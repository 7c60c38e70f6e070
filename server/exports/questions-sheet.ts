import type { Db } from '../../db/client.ts'
import { listAllQuestions } from '../../db/question-store.ts'
import type { Question } from '../protocol/question.ts'
import { toQuestion } from '../questions/question-body.ts'
import { columnsOf, type Column, type Sheet } from './sheet.ts'

const questionsPerPage = 500

const voterId: Column<Question> = { name: 'voterId', read: (question) => question.voterId ?? null }

/** Every question of a room as those who manage it see it, oldest first. What changes while the pages are read may be as it was before. */
export function questionsSheet (db: Db, roomId: string): Sheet<Question> {
  return {
    columns: [...columnsOf<Question>('id', 'text', 'authorName', 'status', 'isPinned', 'mergedInto', 'votes', 'createdAt', 'answeredAt'), voterId],
    pages: (async function * () {
      for (let after: string | undefined; ;) {
        const page = await listAllQuestions(db, { roomId, after, limit: questionsPerPage })
        if (page.length > 0) yield page.map((row) => toQuestion(row, true))
        if (page.length < questionsPerPage) break
        after = page.at(-1)?.id
      }
    })()
  }
}
