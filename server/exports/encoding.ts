import { Readable } from 'node:stream'
import type { ExportFormat } from '../protocol/export.ts'
import { guardText } from './formula-guard.ts'
import type { Cell, Sheet } from './sheet.ts'

// Excel takes a file without it for the system's old code page.
const byteOrderMark = '\ufeff'
// Also what other programs may take for a delimiter must not make two cells of one.
const quoted = /[",;\t|\r\n]/

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
  // CSV is for spreadsheets. Programs have JSON.
  yield byteOrderMark + toLine(columns.map(({ name }) => name))
  for await (const page of pages) yield page.map((row) => toLine(columns.map((column) => toField(column.read(row))))).join('')
}

/** A line of RFC 4180. A library for this was measured to leave ten times the garbage, more than an export of a million rows may. */
function toLine (fields: string[]): string {
  return `${fields.map((field) => quoted.test(field) ? `"${field.replaceAll('"', '""')}"` : field).join(',')}\r\n`
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
