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
