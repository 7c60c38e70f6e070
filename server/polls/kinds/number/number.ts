import { invalidField, PlenumError } from '../../../protocol/problem.ts'
import type { NewRange, NewSettings, PollSettings, Range } from '../../../protocol/poll-settings.ts'
import { exactlyOne, wrongForm } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { mostFrequent } from '../most-frequent.ts'
import { distributionOf, statisticsOf } from '../statistics.ts'
import { histogramOf } from './histogram.ts'

// Steps such as 0.1 have no exact form; a billionth of a step is closer than anyone can type.
const stepTolerance = 1e-9

/** Any number of a range. */
export const number: Kind = {
  ...exactlyOne,
  optionLimits: null,
  ownSettings: ['range', 'correct'],
  isOpenEnded: true,
  defineSettings: ({ range = {}, correct }) => ({ range: defineRange(range), ...defineTarget(correct) }),

  normalize ({ value }, { settings: { range } }) {
    if (value === undefined) throw wrongForm('value')
    const refusal = range && refuseNumber(value, range)
    if (refusal !== undefined) throw new PlenumError('option_invalid', { detail: refusal })
    return { value: value + 0 }
  },

  isCorrect: ({ value }, correct) => !Array.isArray(correct) && value !== undefined && Math.abs(value - correct.value) <= (correct.tolerance ?? 0),
  buckets: ({ value }) => [String(value)],

  show (buckets) {
    const distribution = distributionOf(buckets)
    return {
      counts: mostFrequent(buckets),
      derived: { ...statisticsOf(distribution), distinct: distribution.length, histogram: histogramOf(distribution) }
    }
  }
}

function defineRange ({ min = null, max = null, step = null }: NewRange): Range {
  if (min !== null && max !== null && min >= max) throw invalidField('/range/max', 'must be above min')
  return { min, max, step }
}

function defineTarget (correct: NewSettings['correct']): Pick<PollSettings, 'correct'> {
  if (correct == null) return {}
  if (Array.isArray(correct)) throw invalidField('/correct', 'must be a number with its tolerance')
  return { correct: { value: correct.value, tolerance: correct.tolerance ?? 0 } }
}

function refuseNumber (value: number, { min, max, step }: Range): string | undefined {
  if (min !== null && value < min) return `The smallest number is ${min}.`
  if (max !== null && value > max) return `The greatest number is ${max}.`
  if (step === null) return undefined
  const steps = (value - (min ?? 0)) / step
  return Math.abs(steps - Math.round(steps)) > stepTolerance ? `The number must be ${min ?? 0} plus a multiple of ${step}.` : undefined
}
