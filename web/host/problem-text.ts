import { PlenumError, type ErrorCode } from '../../server/protocol/problem.ts'
import { t } from './text.ts'

const keyByCode: Partial<Record<ErrorCode, Parameters<typeof t>[0] & `problem${string}`>> = {
  validation_failed: 'problemValidation',
  forbidden: 'problemForbidden',
  not_found: 'problemNotFound',
  room_not_found: 'problemNotFound',
  poll_not_found: 'problemNotFound',
  conflict: 'problemConflict',
  stale_revision: 'problemStale',
  rate_limited: 'problemRate'
}

/** Why a call failed, for people. What the server adds is in English. */
export function problemText (error: unknown): string {
  if (!(error instanceof PlenumError)) return t('problemUnreachable')
  const text = t(keyByCode[error.code] ?? 'problemInternal')
  return error.detail === undefined ? text : `${text} ${error.detail}`
}
