import { invalidField, PlenumError } from '../../../protocol/problem.ts'
import type { NewScale, Scale } from '../../../protocol/poll-settings.ts'
import { countOptions, exactlyOne, wrongForm } from '../choices.ts'
import type { Definition, Kind } from '../kind.ts'
import { distributionOf, statisticsOf } from '../statistics.ts'

const maxSteps = 11

/** One whole number of a scale. */
export const rating: Kind = {
  ...exactlyOne,
  optionLimits: null,
  ownSettings: ['scale'],
  isOpenEnded: false,
  defineSettings: ({ scale = {} }) => ({ scale: defineScale(scale) }),

  normalize ({ value }, definition) {
    if (value === undefined) throw wrongForm('value')
    const { min, max } = scaleOf(definition)
    if (!Number.isInteger(value) || value < min || value > max) throw new PlenumError('option_invalid', { detail: `Choose a whole number from ${min} to ${max}.` })
    // -0 is 0.
    return { value: value + 0 }
  },

  buckets: ({ value }) => [String(value)],

  show (buckets, definition) {
    const { min, max } = scaleOf(definition)
    const steps = Array.from({ length: max - min + 1 }, (_step, at) => min + at)
    return { counts: countOptions(buckets, steps), derived: { ...statisticsOf(distributionOf(buckets)) } }
  }
}

function defineScale ({ min = 1, max = 5, minLabel = null, maxLabel = null }: NewScale): Scale {
  const steps = max - min + 1
  if (steps < 2 || steps > maxSteps) throw invalidField('/scale', `must have 2 to ${maxSteps} steps from min to max`)
  return { min, max, minLabel, maxLabel }
}

function scaleOf ({ settings }: Definition): Scale {
  return settings.scale ?? defineScale({})
}
