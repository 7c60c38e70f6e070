import type { Derived, RunoffRound } from '../../../protocol/derived.ts'
import { firstPreferences, type Order } from './orders.ts'

/**
 * Rounds until one option has more than half of the ballots that still name one. Each round takes out the option with the fewest first
 * preferences; equal last ones leave together, unless that leaves nobody: then there is no winner.
 * Source: Robert's Rules of Order Newly Revised, "preferential voting"; the rule for ties is Plenum's own.
 */
export function runInstantRunoff (orders: readonly Order[], optionIds: readonly number[]): NonNullable<Derived['irv']> {
  const rounds: RunoffRound[] = []
  let left = optionIds
  while (orders.length > 0) {
    const counts = firstPreferences(orders, left)
    const ofOption = (id: number) => counts[id] ?? 0
    const ballots = left.reduce((sum, id) => sum + ofOption(id), 0)
    const winner = left.find((id) => ofOption(id) * 2 > ballots)
    const fewest = Math.min(...left.map(ofOption))
    const last = left.filter((id) => ofOption(id) === fewest)
    const isOver = winner !== undefined || last.length === left.length
    rounds.push({ counts, eliminated: isOver ? [] : last })
    if (isOver) return { winner: winner ?? null, rounds }
    left = left.filter((id) => !last.includes(id))
  }
  return { winner: null, rounds }
}
