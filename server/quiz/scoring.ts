import type { Scoring } from '../protocol/poll-settings.ts'

const fullPoints = 1000

/**
 * Points of a right answer. With `speed` they fall evenly from 1000 at the opening to 500 at the end of the time limit. The time is the
 * server's: from the opening of the round to the commit of the ballot.
 */
export function pointsOf ({ scoring, timeLimitSeconds }: { scoring?: Scoring, timeLimitSeconds?: number }, elapsedMs: number | null): number {
  if (scoring !== 'speed' || timeLimitSeconds === undefined || elapsedMs === null) return fullPoints
  const share = Math.min(1, Math.max(0, elapsedMs / (timeLimitSeconds * 1000)))
  return Math.round(fullPoints * (1 - share / 2))
}

export interface Tallied { voterId: string, points: number, correctAnswers: number }

/** The best first; equal points have an equal rank, and the next rank counts all who are before. */
export function rankScores (scores: Iterable<Tallied>): (Tallied & { rank: number })[] {
  const sorted = Array.from(scores).sort((a, b) => b.points - a.points || (a.voterId < b.voterId ? -1 : 1))
  let rank = 1
  return sorted.map((score, at) => {
    if (score.points !== sorted[at - 1]?.points) rank = at + 1
    return { ...score, rank }
  })
}
