import type { RunoffRound } from '../../../../server/protocol/derived.ts'

/** An option's votes in each round of the instant-runoff; a dash once it has left. */
export function runoffRows (optionId: number, rounds: readonly RunoffRound[]): (number | string)[] {
  return rounds.map(({ counts }) => counts[optionId] ?? '–')
}
