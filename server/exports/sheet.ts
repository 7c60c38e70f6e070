import type { PollKind } from '../protocol/poll.ts'
import type { PollHistory } from './poll-history.ts'

export type Cell = string | number | boolean | null

/** What is exported: rows that are JSON as they are, and how each becomes a line of a table. */
export interface Sheet<Row> {
  columns: Column<Row>[]
  /** In pages, which are what memory holds at once. */
  pages: AsyncIterable<Row[]>
}

export interface Column<Row> {
  name: string
  read (row: Row): Cell
}

type CellField<Row> = string & { [Field in keyof Row]: Row[Field] extends Cell ? Field : never }[keyof Row]

/** A column for each of these fields, in this order. */
export function columnsOf<Row> (...fields: CellField<Row>[]): Column<Row>[] {
  return fields.map((name) => ({ name, read: (row) => toCell(row[name]) }))
}

function toCell (value: unknown): Cell {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

// Spreadsheets make numbers or dates of most other separators: 1,3 and 1.3 and 1/3.
const separator = '|'

/** A single number stays one. */
export function joinNumbers (numbers: number[]): string | number | null {
  return numbers.length === 1 ? numbers[0] ?? null : numbers.join(separator)
}

export function joinTexts (texts: readonly (string | null)[]): string {
  return texts.map((text) => text ?? '').join(` ${separator} `)
}

/** The kinds that the poll's rounds are of. */
export async function kindsOf ({ rounds }: PollHistory): Promise<Set<PollKind>> {
  const found = new Set<PollKind>()
  for await (const { kind } of rounds()) found.add(kind)
  return found
}
