import type { QuestionRow } from '../../db/question-store.ts'
import type { Question } from '../protocol/question.ts'

/** @param isStaff whether it is for those who manage the room */
export function toQuestion (row: QuestionRow, isStaff: boolean): Question {
  const { id, roomId, text, authorName, status, isPinned, mergedInto, votes, createdAt, answeredAt, voterId } = row
  return {
    id, roomId, text, authorName, status, isPinned, mergedInto, votes, createdAt: createdAt.toISOString(), answeredAt: answeredAt?.toISOString() ?? null, ...(isStaff ? { voterId } : {})
  }
}
