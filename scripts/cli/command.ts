import { createHttpClient, type HttpClient } from '../../server/client/http-client.ts'
import { PlenumError } from '../../server/protocol/problem.ts'

export type Output = NodeJS.WritableStream & { isTTY?: boolean, columns?: number }

/** What a command is run with: a process's own, or a test's. */
export interface Terminal {
  environment: Readonly<Record<string, string | undefined>>
  stdin: AsyncIterable<Buffer | string>
  stdout: Output
  stderr: Output
  /** Ends what would go on, as watch does: Ctrl-C. */
  signal: AbortSignal
}

export interface Command {
  summary: string
  help: string
  /** Throws UsageError for arguments that are not valid; anything else that is thrown is a failure. */
  run: (args: string[], terminal: Terminal) => Promise<void>
}

/** A sentence about arguments that are not valid; the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A sentence about what failed; the exit code is 1. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/** For parseArgs; every command takes them. */
export const commonOptions = {
  url: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean', default: false }
} as const

export const commonHelp = `  --url URL      where Plenum is (default PLENUM_URL, else http://127.0.0.1:3000)
  --token TOKEN  access token of a host, or an API key (default PLENUM_TOKEN)
  --json         print JSON
  --help         print this and exit`

export interface Connection {
  url: string
  token: string | undefined
  client: HttpClient
}

export function connect ({ url, token }: { url?: string | undefined, token?: string | undefined }, { environment }: Terminal): Connection {
  const given = url ?? (environment.PLENUM_URL || 'http://127.0.0.1:3000')
  const baseUrl = given.replace(/\/+$/, '')
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) throw new UsageError(`--url takes an address as https://polls.example.org, not "${given}".`)
  const itsToken = token ?? (environment.PLENUM_TOKEN || undefined)
  return { url: baseUrl, token: itsToken, client: createHttpClient({ baseUrl, token: itsToken }) }
}

/** The only argument of a command. */
export function readOnly (positionals: string[], name: string): string {
  const [value, ...rest] = positionals
  if (value === undefined) throw new UsageError(`${name} is missing.`)
  if (rest.length > 0) throw new UsageError(`There is more than one ${name}: ${positionals.join(', ')}.`)
  return value
}

export function readCount (text: string, name: string, max: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > max || Number(text) < 1) throw new UsageError(`--${name} takes a number from 1 to ${max}, not "${text}".`)
  return Number(text)
}

export function readChoice<T extends string> (text: string, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}; not "${text}".`)
  return found
}

export function print ({ stdout }: Terminal, text: string): void {
  stdout.write(`${text}\n`)
}

/** What a person needs to know of a failure. */
export function explain (error: unknown): string {
  if (!(error instanceof PlenumError)) return error instanceof Error ? error.message : String(error)
  const hint = error.code === 'unauthenticated' ? ' Give a host\'s access token or an API key with --token or PLENUM_TOKEN.' : ''
  return `${error.message}${hint}`
}
