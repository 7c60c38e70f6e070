import type { SocketProblem } from '../../server/protocol/problem.ts'

const firstDelayMs = 1000
const longestDelayMs = 30_000

/** A refusal that a later try may not meet. */
export function isPassing (problem: { code: SocketProblem['code'], retryAfterMs?: number | undefined }): boolean {
  return problem.retryAfterMs !== undefined || ['unavailable', 'busy', 'rate_limited', 'internal'].includes(problem.code)
}

/**
 * How long to wait before try number `tries + 1`: at least what the server asked for, else doubling
 * from 1 s to 30 s; up to half as much again by chance, so that a hall does not come back in one beat.
 */
export function backOffMs (tries: number, problem?: unknown, random: () => number = Math.random): number {
  const own = Math.min(firstDelayMs * 2 ** tries, longestDelayMs)
  const asked = askedDelayMs(problem)
  return Math.round((asked ?? own) * (1 + random() / 2))
}

function askedDelayMs (problem: unknown): number | undefined {
  if (typeof problem !== 'object' || problem === null || !('retryAfterMs' in problem)) return undefined
  return typeof problem.retryAfterMs === 'number' ? problem.retryAfterMs : undefined
}
