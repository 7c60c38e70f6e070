import { alignColumns } from '../columns.ts'
import type { Row } from './run-scenario.ts'

const header = [
  'scenario', 'sockets', 'votes sent', 'a second', 'acknowledged', 'faults', 'lost', 'doubled', 'backwards', 'ack p99', 'shown p99', 'recovery', 'away p99', 'away max', 'close', 'memory', ''
]

function cellsOf (row: Row): string[] {
  const measured = (value: number | undefined, unit: string) => value === undefined ? '' : `${Math.round(value)} ${unit}`
  const { recovery, absence, close, memory } = row.largest
  return [
    row.scenario, ...[row.sockets, row.votes, Math.round(row.votesPerSecond), row.acknowledged, row.faults, row.lost, row.doubled, row.backwards].map(String),
    measured(row.ackP99Ms, 'ms'), measured(row.shownP99Ms, 'ms'), measured(recovery, 'ms'), measured(absence === undefined ? undefined : row.awayP99Ms, 'ms'), measured(absence, 'ms'), measured(close, 'ms'), measured(memory, 'MB'),
    row.violations.length === 0 ? 'ok' : 'FAILED'
  ]
}

function sum (rows: Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0)
}

/** Everything in one sentence. */
function summaryOf (rows: Row[]): string {
  const largest = rows.reduce((most, { sockets }) => Math.max(most, sockets), 0)
  return `${sum(rows, ({ votes }) => votes)} votes sent over up to ${largest} sockets, ${sum(rows, ({ faults }) => faults)} faults survived, ` +
    `${sum(rows, ({ lost }) => lost)} lost, ${sum(rows, ({ doubled }) => doubled)} doubled, ${sum(rows, ({ backwards }) => backwards)} backwards.`
}

export function formatRows (rows: Row[]): string {
  return `${alignColumns([header, ...rows.map(cellsOf)]).join('\n')}\n\n${summaryOf(rows)}`
}

export function formatMarkdown (rows: Row[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return `${[line(header), line(header.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join('\n')}\n\n${summaryOf(rows)}\n`
}
