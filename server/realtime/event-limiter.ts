/** Passes a burst, then a steady rate; who goes on regardless is to be cut off. */
export interface EventLimiter {
  tokens: number
  refilledAt: number
  refused: number
}

const burst = 40
const perSecond = 20
const maxRefused = 400

export function createEventLimiter (now: number): EventLimiter {
  return { tokens: burst, refilledAt: now, refused: 0 }
}

/** @param now in milliseconds, never going back */
export function admitEvent (limiter: EventLimiter, now: number): 'pass' | 'refuse' | 'cut' {
  const refill = (now - limiter.refilledAt) / 1000 * perSecond
  if (refill >= 1) {
    limiter.tokens = Math.min(burst, limiter.tokens + refill)
    limiter.refilledAt = now
  }
  if (limiter.tokens >= 1) {
    limiter.tokens -= 1
    limiter.refused = 0
    return 'pass'
  }
  limiter.refused += 1
  return limiter.refused > maxRefused ? 'cut' : 'refuse'
}
