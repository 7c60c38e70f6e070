import type { Correct, Range } from './poll-settings.ts'

// Steps such as 0.1 have no exact form; a billionth of a step is closer than anyone can type.
const stepTolerance = 1e-9

/** Whether a number is on one of the steps of its range, which are counted from `min`, or from 0. */
export function isOnStep (value: number, { min, step }: Pick<Range, 'min' | 'step'>): boolean {
  if (step === null) return true
  const steps = (value - (min ?? 0)) / step
  return Math.abs(steps - Math.round(steps)) <= stepTolerance + roundingOf(value, min ?? 0) / step
}

/** Whether a number is the right answer of a quiz, or near enough to it. */
export function isRightNumber (value: number, { value: target, tolerance = 0 }: Exclude<Correct, number[]>): boolean {
  return Math.abs(value - target) <= tolerance + roundingOf(value, target)
}

/** How far from each other two numbers may be that are the same in decimals: 0.1 + 0.2 is not 0.3. */
function roundingOf (...values: number[]): number {
  return 4 * Number.EPSILON * Math.max(...values.map(Math.abs))
}
