import { Readable } from 'node:stream'
import { stringify, type Options } from 'csv-stringify/sync'
import type { ExportFormat } from '../protocol/export.ts'
import { guardText } from './formula-guard.ts'
import type { Cell, Sheet } from './sheet.ts'

const csvOptions: Options = {
  record_delimiter: 'windows',
  quote_record_delimiter: true,
  // What other programs may take for a delimiter must not make two cells of one.
  quoted_match: /[;\t|]/
}

/** The sheet as bytes, made as fast as they are read and no faster. Destroying the stream ends the reading of the pages. */
export function encodeSheet<Row> (sheet: Sheet<Row>, format: ExportFormat): Readable {
  switch (format) {
    case 'csv': return Readable.from(encodeCsv(sheet))
    case 'json': return Readable.from(encodeJson(sheet.pages))
    case 'ndjson': return Readable.from(encodeLines(sheet.pages))
    default: return format satisfies never
  }
}

async function * encodeCsv<Row> ({ columns, pages }: Sheet<Row>): AsyncGenerator<string> {
  const names = columns.map(({ name }) => ({ key: name, header: name }))
  // CSV is for spreadsheets, and Excel takes a file without the mark for the system's old code page. Programs have JSON.
  yield stringify([], { ...csvOptions, bom: true, header: true, columns: names })
  for await (const page of pages) yield stringify(page.map((row) => columns.map((column) => toField(column.read(row)))), csvOptions)
}

function toField (cell: Cell): string {
  // Not String: its texts were measured to live long enough to pile up in a large export.
  if (typeof cell === 'number') return JSON.stringify(cell)
  return cell === null ? '' : guardText(String(cell))
}

async function * encodeJson (pages: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const page of pages) {
    if (page.length === 0) continue
    yield before + page.map((row) => JSON.stringify(row)).join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

async function * encodeLines (pages: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    if (page.length > 0) yield page.map((row) => `${JSON.stringify(row)}\n`).join('')
  }
}
