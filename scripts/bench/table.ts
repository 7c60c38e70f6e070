// Figures as a table for a terminal.
import { alignColumns } from '../columns.ts'
import type { Figure } from './figures.ts'

export function formatNumber (value: number): string {
  if (!Number.isFinite(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function describeComparison ({ compared, unit, status }: Figure): string {
  if (status === 'void') return 'void'
  const suffix = compared.kind === 'ratio' ? 'x' : ` ${unit}`
  const range = compared.rounds > 1 ? ` (${formatNumber(compared.low)} to ${formatNumber(compared.high)})` : ''
  const sign = compared.kind === 'difference' && compared.median >= 0 ? '+' : ''
  return `${sign}${formatNumber(compared.median)}${suffix}${range}`
}

function describeGoal ({ goal, compared, unit }: Figure): string {
  if (goal === null) return ''
  return `${goal.relation} ${formatNumber(goal.value)}${compared.kind === 'ratio' ? 'x' : ` ${unit}`}`
}

export function formatTable (figures: Figure[]): string {
  const header = ['', 'figure', 'Plenum', 'beside', 'compared', 'goal', '']
  const rows = figures.map((figure) => [
    figure.workload,
    figure.label,
    `${formatNumber(figure.value)} ${figure.unit}`,
    figure.limit === null ? '' : `${figure.limit.name}: ${formatNumber(figure.limit.value)} ${figure.unit}`,
    describeComparison(figure),
    describeGoal(figure),
    figure.status === 'no goal' ? '' : figure.status
  ])
  const lines = alignColumns([header, ...rows])
  const notes = Array.from(new Set(figures.flatMap((figure) => figure.notes.map((note) => `${figure.workload}: ${note}`))))
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n')
}
