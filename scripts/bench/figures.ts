// What a run has found out.
import { medianOf } from './measure/numbers.ts'

export interface Goal {
  relation: 'at least' | 'at most'
  value: number
}

export interface Figure {
  workload: string
  label: string
  unit: string
  /** The median of the rounds. */
  value: number
  /** What it is compared with. */
  limit: { name: string, value: number } | null
  /** What the goal is about, with the range over the rounds. */
  compared: { kind: 'value' | 'ratio' | 'difference', median: number, low: number, high: number, rounds: number }
  goal: Goal | null
  status: 'met' | 'missed' | 'no goal' | 'void'
  notes: string[]
}

export interface FigureInput {
  workload: string
  label: string
  unit: string
  /** One entry a round; NaN where a round is void. */
  values: number[]
  limit?: { name: string, values: number[] }
  compare?: 'value' | 'ratio' | 'difference'
  goal?: Goal
  notes?: string[]
}

/** Ratios and differences are taken within each round, since a machine's pace changes from round to round. */
export function toFigure ({ workload, label, unit, values, limit, compare = limit === undefined ? 'value' : 'ratio', goal, notes = [] }: FigureInput): Figure {
  const compareRound = (value: number, round: number): number => {
    const other = limit?.values[round] ?? NaN
    switch (compare) {
      case 'value': return value
      case 'ratio': return value / other
      case 'difference': return value - other
      default: return compare satisfies never
    }
  }
  const compared = values.map(compareRound).filter((value) => Number.isFinite(value))
  const median = medianOf(compared)
  const isMet = goal !== undefined && (goal.relation === 'at least' ? median >= goal.value : median <= goal.value)
  return {
    workload,
    label,
    unit,
    value: medianOf(values.filter(Number.isFinite)),
    limit: limit === undefined ? null : { name: limit.name, value: medianOf(limit.values.filter(Number.isFinite)) },
    compared: { kind: compare, median, low: Math.min(...compared), high: Math.max(...compared), rounds: compared.length },
    goal: goal ?? null,
    status: compared.length === 0 ? 'void' : goal === undefined ? 'no goal' : isMet ? 'met' : 'missed',
    notes: Array.from(new Set(notes))
  }
}

export function withoutGoal (figure: Figure): Figure {
  return { ...figure, goal: null, status: figure.status === 'void' ? 'void' : 'no goal' }
}
