import type { RunoffRound } from '../../../../server/protocol/derived.ts'

const shownRounds = 4

export type NumberedRound = RunoffRound & { number: number }

/** The rounds to show: of many the first and the last few, which decide. */
export function pickRounds (rounds: readonly RunoffRound[]): NumberedRound[] {
  const numbered = rounds.map((round, at) => ({ ...round, number: at + 1 }))
  return numbered.length <= shownRounds ? numbered : [...numbered.slice(0, 1), ...numbered.slice(1 - shownRounds)]
}

/** An option's votes in each round of the instant-runoff; a dash once it has left. */
export function votesByRound (optionId: number, rounds: readonly RunoffRound[]): (number | string)[] {
  return rounds.map(({ counts }) => counts[optionId] ?? '–')
}
