import { isStorageAway } from '../../db/errors.ts'
import { PlenumError } from '../protocol/problem.ts'

const retryAfterMs = 1000

/** The outcome that a caller is told for whatever was thrown: storage that is away is `unavailable`, a defect of ours `internal`. */
export function asPlenumError (error: unknown): PlenumError {
  if (error instanceof PlenumError) return error
  if (isStorageAway(error)) return new PlenumError('unavailable', { retryAfterMs, cause: error })
  return new PlenumError('internal', { cause: error })
}
