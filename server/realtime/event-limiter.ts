/** Passes a burst, then a steady rate; who goes on regardless is to be cut off. */
export interface EventLimiter {
  tokens: number
  refilledAt: number
  refused: number
}

const burstSeconds = 2
const maxRefusedSeconds = 20

/** @param now in milliseconds, never going back */
export function createEventLimiter (perSecond: number, now: number): EventLimiter {
  return { tokens: burstSeconds * perSecond, refilledAt: now, refused: 0 }
}

/** @param perSecond the steady rate; twice as many pass at once */
export function admitEvent (limiter: EventLimiter, perSecond: number, now: number): 'pass' | 'refuse' | 'cut' {
  const refill = (now - limiter.refilledAt) / 1000 * perSecond
  if (refill >= 1) {
    limiter.tokens = Math.min(burstSeconds * perSecond, limiter.tokens + refill)
    limiter.refilledAt = now
  }
  if (limiter.tokens >= 1) {
    limiter.tokens -= 1
    // Not to zero: a flood gets its steady rate through all the time, and must still add up.
    limiter.refused = Math.max(0, limiter.refused - 1)
    return 'pass'
  }
  limiter.refused += 1
  return limiter.refused > maxRefusedSeconds * perSecond ? 'cut' : 'refuse'
}
