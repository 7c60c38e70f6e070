// Runs one test file as a process of its own and reads its TAP. Not `tap run`: it puts hooks for coverage under every import of the file
// and of the servers that the file starts, which takes them twice as long and much memory.
import { inspect } from 'node:util'
import { Parser, type FinalResults, type Result } from 'tap-parser'
import { startChild } from '../test/helpers/child-process.ts'

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

export interface FileOutcome {
  counts: TestCounts
  /** What failed or was skipped, for people. */
  problems: string[]
  seconds: number
}

export interface RunningFile {
  /** Ends it and what it has started. */
  signal (signal: NodeJS.Signals): void
  ended: Promise<FileOutcome>
}

export interface FileOptions {
  environment: NodeJS.ProcessEnv
  /** tap ends a file in order after this time; what is left of it some seconds later is killed. */
  timeoutSeconds: number
  onOutput: (chunk: Buffer) => void
}

const graceMs = 10_000
const indent = '       '
/** Of one failure. A time-out lists every open handle. */
const maxLines = 60

export function runTestFile (path: string, { environment, timeoutSeconds, onOutput }: FileOptions): RunningFile {
  const startedAt = performance.now()
  const child = startChild(process.execPath, ['--enable-source-maps', path], {
    env: { ...environment, TAP_TIMEOUT: String(timeoutSeconds) },
    // It forms a group with what it starts.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  child.process.ref()
  const tap = readTap()
  child.process.stdout?.on('data', (chunk: Buffer) => {
    tap.write(chunk)
    onOutput(chunk)
  })
  const killing = setTimeout(() => { child.signal('SIGKILL') }, timeoutSeconds * 1000 + graceMs)

  async function end (): Promise<FileOutcome> {
    await new Promise((resolve) => child.process.on('close', resolve))
    clearTimeout(killing)
    const { counts, problems, results } = await tap.end()
    const { exitCode, signalCode } = child.process
    const wrong = results.failures.map(({ tapError }) => tapError).find((text) => typeof text === 'string') ?? (exitCode === 0 ? undefined : `it ended with ${signalCode ?? `exit code ${exitCode}`}`)
    if (counts.failed === 0 && wrong !== undefined) {
      counts.failed = 1
      problems.push(`  not ok the file itself: ${wrong}`)
    }
    return { counts, problems, seconds: (performance.now() - startedAt) / 1000 }
  }
  return { signal: (signal) => { child.signal(signal) }, ended: end() }
}

function readTap () {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  const problems: string[] = []
  let settle: (results: FinalResults) => void
  const ended = new Promise<FinalResults>((resolve) => { settle = resolve })
  const parser = new Parser((results) => { settle(results) })
  // Emitted for assertions, not for the line that only sums up a subtest.
  parser.on('result', (result: Result) => {
    const kind = classify(result)
    counts[kind]++
    if (kind !== 'passed') problems.push(formatProblem(result, kind))
  })
  parser.on('bailout', (reason: string) => { problems.push(`  Bail out! ${reason}`) })
  return {
    write: (chunk: Buffer) => { parser.write(chunk) },
    async end () {
      parser.end()
      return { counts, problems, results: await ended }
    }
  }
}

function classify (result: Result): keyof TestCounts {
  if (result.skip !== false || result.todo !== false) return 'skipped'
  return result.ok ? 'passed' : 'failed'
}

function formatProblem (result: Result, kind: keyof TestCounts): string {
  if (kind === 'skipped') {
    const reason = [result.skip, result.todo].find((value) => typeof value === 'string' && value !== '')
    return `  ${result.todo === false ? 'skipped' : 'todo'}: ${result.fullname}${reason === undefined ? '' : ` (${reason})`}`
  }
  const diagnostics: unknown = result.diag
  const lines = typeof diagnostics === 'object' && diagnostics !== null ? formatDiagnostics({ ...diagnostics }) : []
  const shown = lines.flatMap((line) => line.split('\n')).slice(0, maxLines)
  return [`  not ok ${result.fullname}`, ...shown.map((line) => indent + line), ...(shown.length < maxLines ? [] : [`${indent}(more of it may be in .tap/results.tap)`])].join('\n')
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

function formatValue (value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 4 })
}
