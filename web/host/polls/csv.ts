/** A quotation mark that opens in this row is never closed. */
export class UnclosedQuoteError extends Error {
  readonly row: number

  constructor (row: number) {
    super(`a quotation mark is not closed: row ${row}`)
    this.row = row
  }
}

/** One field with what ends it: in quotation marks, where two stand for one, or as it is. */
const fieldOf = (separator: string) => new RegExp(`(?:"((?:[^"]|"")*)"|((?!")[^${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`, 'y')

/** One row, without its end. */
export function writeCsvRow (cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(',')
}

/** The rows of a CSV text as RFC 4180 has them; a byte order mark is skipped, and empty rows stay, so that a row has its number. */
export function readCsv (text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '')
  const separator = findSeparator(source)
  const field = fieldOf(separator)
  const rows: string[][] = []
  let row: string[] = []
  for (field.lastIndex = 0; field.lastIndex < source.length || row.length > 0;) {
    const match = field.exec(source)
    if (match === null) throw new UnclosedQuoteError(rows.length + 1)
    const [, quoted, bare = '', end] = match
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (end === separator) continue
    rows.push(row)
    row = []
  }
  return rows
}

/** Spreadsheets write semicolons where numbers have a comma, and tabs to the clipboard: whichever comes first, outside of quotation marks. */
function findSeparator (source: string): string {
  return /[,;\t]/.exec(source.replace(/"(?:[^"]|"")*"/g, ''))?.[0] ?? ','
}
