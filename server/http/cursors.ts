import { isUuid } from '../protocol/common.ts'
import { invalidCursor } from './conventions.ts'

/** The round after which a page starts. Throws validation_failed for a cursor that is not ours. */
export function readRoundCursor (cursor: string | undefined): number {
  const round = cursor === undefined ? '0' : decode(cursor)
  if (!/^\d{1,9}$/.test(round)) throw invalidCursor()
  return Number(round)
}

interface QuestionPlace { isPinned: boolean, votes: number, id: string }

/** What the cursor after this question says. */
export function placeOf ({ isPinned, votes, id }: QuestionPlace): string {
  return `${isPinned ? 1 : 0}:${votes}:${id}`
}

/** The question after which a page starts. Throws as above. */
export function readPlaceCursor (cursor: string | undefined): QuestionPlace | undefined {
  if (cursor === undefined) return undefined
  const [pinned = '', votes = '', id = ''] = decode(cursor).split(':')
  if (!/^[01]$/.test(pinned) || !/^\d{1,9}$/.test(votes) || !isUuid(id)) throw invalidCursor()
  return { isPinned: pinned === '1', votes: Number(votes), id }
}

function decode (cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString()
}
