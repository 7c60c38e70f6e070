import { exactlyOne, wrongForm } from '../choices.ts'
import type { Kind } from '../kind.ts'

/** A sentence of one's own. It is listed, not counted. */
export const text: Kind = {
  ...exactlyOne,
  optionLimits: null,
  ownSettings: ['moderation'],
  isOpenEnded: false,
  defineSettings: ({ moderation = 'post' }) => ({ moderation }),
  normalize ({ text }) {
    if (text === undefined) throw wrongForm('text')
    return { text: text.trim().normalize() }
  },
  buckets: () => [],
  show: () => ({ counts: {}, derived: null })
}
