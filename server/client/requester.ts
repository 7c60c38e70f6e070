import { PlenumError, problems, type ErrorCode, type Problem } from '../protocol/problem.ts'

export interface RequesterOptions {
  /** Where Plenum is, as `https://polls.example.org`. */
  baseUrl: string
  /** An access token, a voter token, a presenter link's or an API key; a function where it may change. */
  token?: string | (() => string | undefined) | undefined
  fetch?: typeof globalThis.fetch
  /** How long the server may take to answer. */
  timeoutMs?: number
}

export interface RequestParts {
  query?: Record<string, string | number | undefined>
  body?: object
  headers?: Record<string, string>
}

/** Nothing came back, or nothing that Plenum would send. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

const defaultTimeoutMs = 10_000

/** A path with its ids escaped. */
export function pathOf (texts: TemplateStringsArray, ...ids: string[]): string {
  return String.raw({ raw: texts }, ...ids.map(encodeURIComponent))
}

/** Requests under /api/v1 whose refusals are thrown. */
export function createRequester ({ baseUrl, token, fetch = globalThis.fetch, timeoutMs = defaultTimeoutMs }: RequesterOptions) {
  const root = `${baseUrl.replace(/\/+$/, '')}/api/v1`

  async function send (method: string, path: string, { query = {}, body, headers = {} }: RequestParts, signal: AbortSignal): Promise<Response> {
    const bearer = typeof token === 'function' ? token() : token
    const search = new URLSearchParams(Object.entries(query).flatMap(([name, value]): Array<[string, string]> => value === undefined ? [] : [[name, String(value)]]))
    const response = await fetch(`${root}${path}${search.size === 0 ? '' : `?${search}`}`, {
      method,
      signal,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }).catch((error: unknown) => { throw unreachable(error) })
    if (!response.ok) throw toError(response, await response.text())
    return response
  }

  function unreachable (cause: unknown): UnreachableError {
    const isLate = cause instanceof Error && cause.name === 'TimeoutError'
    return new UnreachableError(isLate ? `${baseUrl} did not answer within ${timeoutMs} ms` : `${baseUrl} cannot be reached`, { cause })
  }

  return {
    /** The whole answer; the time-out holds until its end. T is what the server promises for this call. */
    async call<T> (method: string, path: string, parts: RequestParts = {}): Promise<T> {
      const response = await send(method, path, parts, AbortSignal.timeout(timeoutMs))
      const text = await response.text().catch((error: unknown) => { throw unreachable(error) })
      try {
        return JSON.parse(text === '' ? 'null' : text)
      } catch (cause) {
        throw new UnreachableError(`${baseUrl} does not answer like Plenum`, { cause })
      }
    },

    /** An answer that goes on: the time-out ends when it begins. */
    async open (method: string, path: string, parts: RequestParts = {}, signal?: AbortSignal): Promise<Response> {
      const ending = new AbortController()
      const timer = setTimeout(() => { ending.abort(new DOMException('late', 'TimeoutError')) }, timeoutMs)
      try {
        return await send(method, path, parts, signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]))
      } finally {
        clearTimeout(timer)
      }
    }
  }
}

function toError (response: Response, text: string): Error {
  const problem = readProblem(text)
  if (problem === undefined) return new UnreachableError(`${new URL(response.url).origin} answered ${response.status}, but not like Plenum`)
  const { code, detail, errors } = problem
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  return new PlenumError(code, {
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {})
  })
}

function readProblem (text: string): Problem | undefined {
  try {
    const problem: Problem = JSON.parse(text)
    return isErrorCode(problem?.code) ? problem : undefined
  } catch {
    return undefined
  }
}

function isErrorCode (code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(problems, code)
}
