import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { isRightNumber } from '../../server/protocol/number-rules.ts'
import { exactWords } from './figures.ts'
import { t } from './text.ts'

/** Whether the right answer of a quiz may be shown. Hosts are told it before the reveal too, and a projector may have a host's rights. */
export function isSolved ({ correct, revealed }: Poll): boolean {
  return correct !== undefined && revealed === true
}

export function isRightOption ({ correct }: Poll, optionId: number): boolean {
  return Array.isArray(correct) && correct.includes(optionId)
}

/** The right answer in words. */
export function solutionWords ({ correct, options }: Poll): string {
  if (correct === undefined) return ''
  if (Array.isArray(correct)) return options.filter(({ id }) => correct.includes(id)).map(({ label }) => label).join(', ')
  const { value, tolerance = 0 } = correct
  return tolerance === 0 ? exactWords(value) : t('tolerance', { value: exactWords(value), tolerance: exactWords(tolerance) })
}

/** Whether this answer is right, as the server counts it. */
export function isRightAnswer ({ kind, correct }: Poll, { choices = [], value }: Answer): boolean {
  if (correct === undefined) return false
  if (!Array.isArray(correct)) return value !== undefined && isRightNumber(value, correct)
  const areRight = choices.length > 0 && choices.every((id) => correct.includes(id))
  return kind === 'multiple' ? areRight && choices.length === correct.length : areRight
}
