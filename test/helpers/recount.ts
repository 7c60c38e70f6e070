// Every kind counted again in its plainest form, ballot by ballot, and shared with nothing that the server counts with.
import assert from 'node:assert/strict'
import type { Derived } from '../../server/protocol/derived.ts'
import type { Answer, Counts, PollKind } from '../../server/protocol/poll.ts'
import type { PollSettings } from '../../server/protocol/poll-settings.ts'

export interface CountedPoll {
  kind: PollKind
  optionIds: readonly number[]
  settings: PollSettings
}

interface Shown {
  voters: number
  counts: Counts
  derived?: Derived | null
}

/** Asserts that what is shown is what these answers, one of each voter who counts, give. */
export function assertCounted (shown: Shown, poll: CountedPoll, answers: readonly Answer[]): void {
  const { mean, median, stddev, histogram, correct, correctVoters, ...derived } = shown.derived ?? {}
  const values = answers.flatMap(({ value }) => value ?? [])
  assert.equal(shown.voters, answers.length, 'voters')
  assert.deepEqual({ ...shown.counts }, countsOf(poll, answers), 'counts')
  if (poll.kind === 'rating' || poll.kind === 'number') assertStatistics({ mean, median, stddev }, values)
  else assert.deepEqual([mean, median, stddev], [undefined, undefined, undefined])
  if (poll.kind === 'number') assertHistogram(histogram ?? [], values)
  assert.deepEqual(derived, derivedOf(poll, answers), 'derived')
  if (correct !== undefined) assert.deepEqual([correct, correctVoters], [poll.settings.correct, countCorrect(poll, answers)], 'the quiz')
}

/** How many of them are right. */
export function countCorrect ({ kind, settings: { correct } }: CountedPoll, answers: readonly Answer[]): number {
  return answers.filter(({ choices = [], value = NaN }) => {
    if (correct === undefined) return false
    if (!Array.isArray(correct)) return value >= correct.value - (correct.tolerance ?? 0) && value <= correct.value + (correct.tolerance ?? 0)
    return kind === 'single' ? correct.some((id) => id === choices[0]) : choices.length === correct.length && correct.every((id) => choices.includes(id))
  }).length
}

function countsOf ({ kind, optionIds, settings }: CountedPoll, answers: readonly Answer[]): Counts {
  const each = (keys: readonly (number | string)[], fits: (answer: Answer, key: number | string) => boolean) =>
    Object.fromEntries(keys.map((key) => [String(key), answers.filter((answer) => fits(answer, key)).length]))
  switch (kind) {
    case 'single':
    case 'multiple': return each(optionIds, ({ choices = [] }, id) => choices.some((choice) => choice === id))
    case 'ranking': return each(optionIds, ({ choices = [] }, id) => choices[0] === id)
    case 'rating': {
      const steps: number[] = []
      for (let step = settings.scale?.min ?? 1; step <= (settings.scale?.max ?? 5); step++) steps.push(step)
      return each(steps, ({ value }, step) => value === step)
    }
    case 'number': return each(distinct(answers.map(({ value }) => value ?? NaN)), ({ value }, number) => value === number)
    case 'words': return each(distinct(answers.flatMap(({ words = [] }) => words)), ({ words = [] }, word) => words.some((one) => one === word))
    case 'text': return {}
    default: return kind satisfies never
  }
}

function derivedOf ({ kind, optionIds }: CountedPoll, answers: readonly Answer[]): Derived {
  if (kind === 'number') return { distinct: distinct(answers.map(({ value }) => value)).length }
  if (kind === 'words') return { distinct: distinct(answers.flatMap(({ words = [] }) => words)).length }
  if (kind !== 'ranking') return {}
  const ballots = answers.map(({ choices = [] }) => choices)
  return { borda: countBorda(optionIds, ballots), irv: runOff(optionIds, ballots) }
}

/** A point for each option that a ballot has behind this one, or does not have. */
export function countBorda (optionIds: readonly number[], ballots: readonly number[][]): Counts {
  const isBehind = (ballot: number[], one: number, other: number) => ballot.includes(one) && (!ballot.includes(other) || ballot.indexOf(other) > ballot.indexOf(one))
  return Object.fromEntries(optionIds.map((id) => [id, ballots.reduce((sum, ballot) => sum + optionIds.filter((other) => other !== id && isBehind(ballot, id, other)).length, 0)]))
}

/** Ballots as slips of paper: the last ones are struck out on every slip, until the slips of one option are more than half. */
export function runOff (optionIds: readonly number[], ballots: readonly number[][]): NonNullable<Derived['irv']> {
  const rounds: NonNullable<Derived['irv']>['rounds'] = []
  let slips = ballots.map((ballot) => [...ballot]).filter((slip) => slip.length > 0)
  let standing = [...optionIds]
  for (;;) {
    if (slips.length === 0) return { winner: null, rounds }
    const counts = Object.fromEntries(standing.map((id) => [id, slips.filter((slip) => slip[0] === id).length]))
    const totals = Object.values(counts)
    const winner = standing.find((id) => (counts[id] ?? 0) > slips.length / 2) ?? null
    const last = standing.filter((id) => counts[id] === Math.min(...totals))
    const isOver = winner !== null || last.length === standing.length
    rounds.push({ counts, eliminated: isOver ? [] : last })
    if (isOver) return { winner, rounds }
    standing = standing.filter((id) => !last.includes(id))
    slips = slips.map((slip) => slip.filter((id) => !last.includes(id))).filter((slip) => slip.length > 0)
  }
}

function assertStatistics ({ mean, median, stddev }: Record<'mean' | 'median' | 'stddev', number | null | undefined>, values: readonly number[]): void {
  if (values.length === 0) return assert.deepEqual([mean, median, stddev], [null, null, null])
  const sorted = [...values].sort((a, b) => a - b)
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  const half = sorted.length / 2
  const middle = sorted.length % 2 === 1 ? sorted[Math.floor(half)] : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2 / values.length, 0))
  // Sums in another order have other last digits.
  const tolerance = 1e-9 * Math.max(1, ...values.map(Math.abs))
  const isClose = (shown: number | null | undefined, counted: number | undefined) => Math.abs((shown ?? NaN) - (counted ?? NaN)) <= tolerance
  assert.ok(isClose(mean, average), `mean ${mean}, not ${average}`)
  assert.ok(isClose(median, middle), `median ${median}, not ${middle}`)
  assert.ok(isClose(stddev, deviation), `stddev ${stddev}, not ${deviation}`)
}

function assertHistogram (bars: NonNullable<Derived['histogram']>, values: readonly number[]): void {
  assert.ok(bars.length <= 12 && (bars.length > 0) === (values.length > 0), `${bars.length} bars`)
  bars.forEach(({ from, to, count }, at) => {
    const isLast = at === bars.length - 1
    assert.ok(from < to && (isLast || to === bars[at + 1]?.from), 'one bar begins where the last one ends')
    assert.equal(count, values.filter((value) => value >= from && (value < to || (isLast && value === to))).length, `the bar from ${from} to ${to}`)
  })
}

function distinct<T> (values: readonly T[]): T[] {
  return values.filter((value, at) => values.indexOf(value) === at)
}
