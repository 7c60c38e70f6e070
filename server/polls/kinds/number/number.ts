import { isOnStep, isRightNumber } from '../../../protocol/number-rules.ts'
import { invalidField, PlenumError } from '../../../protocol/problem.ts'
import type { NewRange, NewSettings, PollSettings, Range } from '../../../protocol/poll-settings.ts'
import { exactlyOne, wrongForm } from '../choices.ts'
import type { Kind } from '../kind.ts'
import { mostFrequent } from '../most-frequent.ts'
import { distributionOf, statisticsOf } from '../statistics.ts'
import { histogramOf } from './histogram.ts'

/** Any number of a range. */
export const number: Kind = {
  ...exactlyOne,
  optionLimits: null,
  ownSettings: ['range', 'correct'],
  isOpenEnded: true,

  defineSettings ({ range: given = {}, correct }) {
    const range = defineRange(given)
    return { range, ...defineTarget(correct, range) }
  },

  normalize ({ value }, { settings: { range } }) {
    if (value === undefined) throw wrongForm('value')
    const refusal = range && refuseNumber(value, range)
    if (refusal !== undefined) throw new PlenumError('option_invalid', { detail: refusal })
    return { value: value + 0 }
  },

  isCorrect: ({ value }, correct) => !Array.isArray(correct) && value !== undefined && isRightNumber(value, correct),

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

function defineTarget (correct: NewSettings['correct'], { min, max }: Range): Pick<PollSettings, 'correct'> {
  if (correct == null) return {}
  if (Array.isArray(correct)) throw invalidField('/correct', 'must be a number with its tolerance')
  if ((min !== null && correct.value < min) || (max !== null && correct.value > max)) throw invalidField('/correct/value', 'must be in the range')
  return { correct: { value: correct.value, tolerance: correct.tolerance ?? 0 } }
}

function refuseNumber (value: number, range: Range): string | undefined {
  const { min, max, step } = range
  if (min !== null && value < min) return `The smallest number is ${min}.`
  if (max !== null && value > max) return `The greatest number is ${max}.`
  return isOnStep(value, range) ? undefined : `The number must be ${min ?? 0} plus a multiple of ${step}.`
}
