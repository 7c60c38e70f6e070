import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { encode } from 'uqr'
import { encodeSheet } from '../exports/encoding.ts'
import { columnsOf } from '../exports/sheet.ts'
import type { CreatedAccessCode } from '../protocol/access-code.ts'
import type { Room } from '../protocol/room.ts'

const style = 'body{font:12pt system-ui,sans-serif}tr{break-inside:avoid}td{border:1px dashed #999;text-align:center}code{font-size:14pt}'
const columns = 3
// The standard asks for four empty modules around the code.
const quietZone = 4

/** The style of the page of codes, as a policy names it: also the page that opens the sheet has to allow it. */
export const codesPageStyle = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** What the page of codes may do where it is shown: have this style, and nothing else. */
export const codesPagePolicy = `default-src 'none'; style-src ${codesPageStyle}; frame-ancestors 'none'`

/** A spreadsheet's file of the codes. */
export function toCodesCsv (codes: CreatedAccessCode[]): Readable {
  return encodeSheet({ columns: columnsOf<CreatedAccessCode>('code', 'url', 'id'), pages: onePage(codes) }, 'csv')
}

async function * onePage<T> (items: T[]): AsyncGenerator<T[]> {
  yield items
}

/** A page to print and cut, with a QR code for each code. */
export function toCodesPage (room: Room, codes: CreatedAccessCode[]): Readable {
  return Readable.from(drawPage(room, codes))
}

async function * drawPage (room: Room, codes: CreatedAccessCode[]): AsyncGenerator<string> {
  const title = escapeText(room.title)
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>\n<body><table width="100%" cellpadding="12" border="1">\n`
  for (let at = 0; at < codes.length; at += columns) {
    yield `<tr>${codes.slice(at, at + columns).map((code) => drawCell(title, room, code)).join('')}</tr>\n`
    // Drawing takes a millisecond each, and votes must not wait for thousands of them.
    await nextTurn()
  }
  yield '</table></body></html>\n'
}

function drawCell (title: string, room: Room, { code, url }: CreatedAccessCode): string {
  const { size, data } = encode(url, { ecc: 'M', border: quietZone })
  const path = data.flatMap((row, y) => darkRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`)).join('')
  return `<td>${title}<br><svg width="150" height="150" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${path}"/></svg><br>` +
    `${escapeText(url.slice(0, url.indexOf('#')))}<br>${room.code}<br><code>${code}</code></td>`
}

/** Where each run of dark modules begins, and its length. */
function darkRuns (row: boolean[]): Array<[number, number]> {
  const runs: Array<[number, number]> = []
  row.forEach((isDark, x) => {
    const last = runs.at(-1)
    if (!isDark) return
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  })
  return runs
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeText (text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '')
}
