import type { NewPoll } from '../../../server/protocol/poll.ts'
import { t } from '../text.ts'
import { readCsv, UnclosedQuoteError } from './csv.ts'
import { isPollKind, kindNames } from './poll-words.ts'

/** One poll of a text, or why it is none. Rows are counted from 1. */
export type ImportedRow = { row: number, poll: NewPoll } | { row: number, problem: string }

/** Polls of a text in CSV or JSON. The server decides whether they are right; here only what it could not be asked. Throws an Error with words for people. */
export function readImport (text: string): ImportedRow[] {
  return /^\s*[[{]/.test(text) ? readJson(text) : readLines(text)
}

function readLines (text: string): ImportedRow[] {
  try {
    return readCsv(text).flatMap((cells, at): ImportedRow[] => cells.every((cell) => cell.trim() === '') ? [] : [readLine(cells.map((cell) => cell.trim()), at + 1)])
  } catch (error) {
    throw error instanceof UnclosedQuoteError ? new Error(t('importUnclosed', { row: error.row })) : error
  }
}

function readLine ([kind = '', question = '', ...labels]: string[], row: number): ImportedRow {
  const name = kind.toLowerCase()
  if (name === '' || question === '') return { row, problem: t('importColumns') }
  if (!isPollKind(name)) return { row, problem: t('importKind', { kind, kinds: Object.keys(kindNames).join(', ') }) }
  return { row, poll: { kind: name, question, options: labels.filter((label) => label !== '').map((label) => ({ label })) } }
}

function readJson (text: string): ImportedRow[] {
  const list = parse(text)
  if (!Array.isArray(list)) throw new Error(t('importList'))
  return list.map((entry: unknown, at) => isPollLike(entry) ? { row: at + 1, poll: entry } : { row: at + 1, problem: t('importNotPoll') })
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(t('importJson', { problem: error instanceof Error ? error.message : '' }))
  }
}

/** The rest is for the server to check. */
function isPollLike (entry: unknown): entry is NewPoll {
  return typeof entry === 'object' && entry !== null && 'kind' in entry && typeof entry.kind === 'string' && 'question' in entry && typeof entry.question === 'string'
}
