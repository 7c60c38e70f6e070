import type { NewPoll } from '../../../server/protocol/poll.ts'
import { t } from '../text.ts'
import { readCsv, UnclosedQuoteError, writeCsvRow } from './csv.ts'
import type { ImportEntry } from './import-polls.ts'
import { isPollKind, kindNames } from './poll-words.ts'

interface PollImport {
  entries: ImportEntry[]
  /** The text of some of them, to be imported again. */
  write: (entries: readonly ImportEntry[]) => string
}

/** Polls of a text in CSV or JSON. The server decides whether they are right; here only what it could not be asked. Throws an Error with words for people. */
export function readImport (text: string): PollImport {
  const isJson = /^\s*[[{]/.test(text)
  return {
    entries: isJson ? readJson(text) : readLines(text),
    write (entries) {
      const sources = entries.map(({ source }) => source)
      return isJson && sources.length > 0 ? `[\n${sources.join(',\n')}\n]` : sources.join('\n')
    }
  }
}

function readLines (text: string): ImportEntry[] {
  try {
    return readCsv(text).filter((cells) => cells.some((cell) => cell.trim() !== '')).map((cells) => ({ source: writeCsvRow(cells), ...readLine(cells.map((cell) => cell.trim())) }))
  } catch (error) {
    throw error instanceof UnclosedQuoteError ? new Error(t('importUnclosed', { row: error.row })) : error
  }
}

function readLine ([kind = '', question = '', ...labels]: string[]): { poll: NewPoll } | { problem: string } {
  const name = kind.toLowerCase()
  if (name === '' || question === '') return { problem: t('importColumns') }
  if (!isPollKind(name)) return { problem: t('importKind', { kind, kinds: Object.keys(kindNames).join(', ') }) }
  return { poll: { kind: name, question, options: labels.filter((label) => label !== '').map((label) => ({ label })) } }
}

function readJson (text: string): ImportEntry[] {
  const list = parse(text)
  if (!Array.isArray(list)) throw new Error(t('importList'))
  return list.map((entry: unknown) => ({ source: JSON.stringify(entry), ...(isPollLike(entry) ? { poll: entry } : { problem: t('importNotPoll') }) }))
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
