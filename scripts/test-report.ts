// Turns the raw TAP of a run into a short report for people, and counts its assertions.
import { inspect } from 'node:util'
import { Parser, type Result } from 'tap-parser'

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/** Writes a TAP stream's files and failures as they come in. */
export interface TestReport {
  readonly counts: TestCounts
  write (chunk: Buffer): void
  /** Resolves when the last line has been read; false when the stream itself was not in order. */
  end (): Promise<boolean>
}

const indent = '       '
/** Of one failure. A time-out lists every open handle. */
const maxLines = 60

function formatValue (value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 4 })
}

/** The place, the difference and whatever else the assertion has to say about its failure. */
function formatDiagnostics (diagnostics: Record<string, unknown>): string[] {
  const { at, stack, source, diff, ...rest } = diagnostics
  const lines: string[] = []
  for (const [name, value] of Object.entries(rest)) lines.push(`${name}: ${formatValue(value)}`)
  for (const part of [diff, source, stack]) {
    if (typeof part === 'string') lines.push(...part.trimEnd().split('\n'))
  }
  if (stack === undefined && at !== undefined) lines.push(`at ${formatValue(at)}`)
  return lines
}

/** The path of names below the test file. */
function formatPath (result: Result, fileName: string): string {
  const prefix = `${fileName} > `
  return result.fullname.startsWith(prefix) ? result.fullname.slice(prefix.length) : result.fullname
}

function formatProblem (result: Result, fileName: string): string {
  const path = formatPath(result, fileName)
  const kind = classify(result)
  if (kind === 'skipped') {
    const reason = [result.skip, result.todo].find((value) => typeof value === 'string' && value !== '')
    return `  ${result.todo === false ? 'skipped' : 'todo'}: ${path}${reason === undefined ? '' : ` (${reason})`}`
  }
  const diagnostics: unknown = result.diag
  const lines = typeof diagnostics === 'object' && diagnostics !== null ? formatDiagnostics({ ...diagnostics }) : []
  const shown = lines.flatMap((line) => line.split('\n')).slice(0, maxLines)
  return [`  not ok ${path}`, ...shown.map((line) => indent + line), ...(shown.length < maxLines ? [] : [`${indent}(more of it may be in .tap/results.tap)`])].join('\n')
}

function classify (result: Result): keyof TestCounts {
  if (result.skip !== false || result.todo !== false) return 'skipped'
  return result.ok ? 'passed' : 'failed'
}

function describe (counts: TestCounts): string {
  const parts = [`${counts.passed} passed`]
  if (counts.failed > 0) parts.push(`${counts.failed} failed`)
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`)
  return parts.join(', ')
}

export function createTestReport (print: (text: string) => void, shortenName: (name: string) => string): TestReport {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  let ofFile: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  let problems: Result[] = []
  let finishedFile: Result | null = null

  const printFile = (): void => {
    if (finishedFile === null) return
    const { ok, name, time } = finishedFile
    print(`${ok ? 'ok    ' : 'FAILED'} ${shortenName(name)}: ${describe(ofFile)}${time === null ? '' : `, ${(time / 1000).toFixed(1)} s`}`)
    for (const problem of problems) print(shortenName(formatProblem(problem, name)))
    finishedFile = null
    problems = []
    ofFile = { passed: 0, failed: 0, skipped: 0 }
  }

  let settle: (isInOrder: boolean) => void
  const ended = new Promise<boolean>((resolve) => { settle = resolve })
  const parser = new Parser((results) => settle(results.bailout === false && results.failures.every(({ tapError }) => !tapError)))

  // Emitted for assertions, not for the line that only sums up a subtest. That of a whole file (its
  // process has crashed, say) comes right after the file's own event.
  parser.on('result', (result: Result) => {
    if (result !== finishedFile) printFile()
    const kind = classify(result)
    counts[kind]++
    ofFile[kind]++
    if (kind !== 'passed') problems.push(result)
  })

  // Of the top level: one per test file, after everything in it.
  parser.on('assert', (result: Result) => {
    printFile()
    finishedFile = result
  })
  parser.on('bailout', (reason: string) => print(`Bail out! ${reason}`))

  return {
    counts,
    write: (chunk) => {
      parser.write(chunk)
      printFile()
    },
    end: () => {
      parser.end()
      printFile()
      return ended
    }
  }
}
