import type { PollKind, PollStatus } from '../../../server/protocol/poll.ts'
import { t } from '../text.ts'

export const kindNames: Record<PollKind, string> = {
  single: t('kindSingle'),
  multiple: t('kindMultiple'),
  rating: t('kindRating'),
  ranking: t('kindRanking'),
  number: t('kindNumber'),
  text: t('kindText'),
  words: t('kindWords')
}

export const statusNames: Record<PollStatus, string> = {
  draft: t('statusDraft'),
  open: t('statusOpen'),
  paused: t('statusPaused'),
  closed: t('statusClosed'),
  archived: t('statusArchived')
}

export function isPollKind (text: string): text is PollKind {
  return Object.hasOwn(kindNames, text)
}
