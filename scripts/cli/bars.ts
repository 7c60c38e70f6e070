import { stripVTControlCharacters } from 'node:util'
import type { Poll, Results } from '../../server/protocol/poll.ts'
import { countedRows } from './counted-rows.ts'

export interface Style {
  columns: number
  hasColor: boolean
}

const maxLabelColumns = 30

/** A poll with its results as lines of text: for each option, step, number or word a bar, its count and its share. */
export function drawBars (poll: Poll, results: Results | undefined, { columns, hasColor }: Style): string[] {
  const label = (text: string) => fit(text, labelColumns)
  const rows = results === undefined ? [] : countedRows(poll, results)
  const labelColumns = Math.min(maxLabelColumns, Math.max(...rows.map(({ label }) => Array.from(label).length), 1))
  const barColumns = Math.max(10, Math.min(60, columns - labelColumns - 18))
  const paint = (text: string, code: number) => hasColor && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text
  const state = results === undefined ? `${poll.status}, the results are hidden` : `${results.final ? 'final' : results.status}, ${results.voters} voters, version ${results.version}`
  return [
    paint(fit(poll.question, columns).trimEnd(), 1),
    ...rows.map(({ label: name, count }) => {
      const share = results === undefined || results.voters === 0 ? 0 : count / results.voters
      const full = Math.round(Math.min(share, 1) * barColumns)
      return `${label(name)} ${paint('█'.repeat(full), 36)}${' '.repeat(barColumns - full)} ${String(count).padStart(6)} ${`${Math.round(share * 100)} %`.padStart(6)}`
    }),
    state
  ]
}

function fit (text: string, columns: number): string {
  // What comes from people must not steer the terminal.
  const letters = Array.from(stripVTControlCharacters(text))
  return letters.length > columns ? `${letters.slice(0, columns - 1).join('')}…` : letters.join('').padEnd(columns - letters.length + letters.join('').length)
}
