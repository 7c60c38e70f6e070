import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUuid } from '../protocol/common.ts'
import { PlenumError, type ErrorCode } from '../protocol/problem.ts'

/** A malformed id names nothing, so it is answered like an unknown one. */
export function readId (params: unknown, name: string, code: ErrorCode): string {
  const value = typeof params === 'object' && params !== null && name in params ? Reflect.get(params, name) : undefined
  if (typeof value !== 'string' || !isUuid(value)) throw new PlenumError(code)
  return value.toLowerCase()
}

/** A room's code as it was typed; what is too long is none. */
export function readRoomCode (params: unknown): string {
  const code = typeof params === 'object' && params !== null && 'code' in params ? params.code : undefined
  return typeof code === 'string' && code.length <= 40 ? code : ''
}

/** The first type that the caller names and that is offered; whatever it takes any of is the first offered. Throws not_acceptable. */
export function chooseMediaType<T extends string> (request: FastifyRequest, offered: readonly [T, ...T[]]): T {
  const accepted = (request.headers.accept ?? '*/*').split(',').map((range) => range.replace(/;.*/s, '').trim().toLowerCase())
  for (const range of accepted) {
    const found = range === '*/*' ? offered[0] : offered.find((type) => type === range || range === type.replace(/[^/]+$/, '*'))
    if (found !== undefined) return found
  }
  throw new PlenumError('not_acceptable', { detail: `Accept one of ${offered.join(', ')}.` })
}

export function etagOf (revision: number | string): string {
  return `"${revision}"`
}

/** Sets the ETag and says whether the caller has this revision already: then 304 and no body is the answer. */
export function isFresh (request: FastifyRequest, reply: FastifyReply, revision: number | string): boolean {
  const etag = etagOf(revision)
  reply.header('etag', etag)
  return matches(request.headers['if-none-match'], etag)
}

/** How often something was answered, since the start. */
export interface AnswerCounts { notModified: number }

/** Tests If-Match against a revision. Throws revision_required without the header. */
export function readIfMatch (request: FastifyRequest): (revision: number) => boolean {
  const header = request.headers['if-match']
  if (header === undefined) throw new PlenumError('revision_required', { detail: 'Send the ETag of what you changed as If-Match.' })
  return (revision) => matches(header, etagOf(revision))
}

function matches (header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((given) => given.trim().replace(/^W\//, '') === etag)
}

interface Page<T> { items: T[], nextCursor: string | null }

/** A list's page: one more than asked for was read, which tells whether there is a next one. */
export function pageOf<T> (read: T[], limit: number, idOf: (item: T) => string): Page<T> {
  const items = read.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: read.length > limit && last !== undefined ? Buffer.from(idOf(last)).toString('base64url') : null }
}

/** The same as an answer that names its next page as `Link`, too. */
export function toPage<T> (request: FastifyRequest, reply: FastifyReply, read: T[], limit: number, idOf: (item: T) => string): Page<T> {
  const page = pageOf(read, limit, idOf)
  reply.header('cache-control', privateCache)
  if (page.nextCursor !== null) {
    // Relative to the host: behind a proxy nobody here knows the address that the client used.
    const next = new URL(request.url, 'http://localhost')
    next.searchParams.set('cursor', page.nextCursor)
    reply.header('link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  return page
}

/** The id after which a page starts. Throws validation_failed for a cursor that is not ours. */
export function readCursor (cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!isUuid(id)) throw invalidCursor()
  return id
}

export function invalidCursor (): PlenumError {
  return new PlenumError('validation_failed', { detail: 'The cursor is not valid.', errors: [{ pointer: '/querystring/cursor', detail: 'is not valid' }] })
}

/** Commands take no body; an empty one and an empty object are the same as none. */
export async function refuseBody (request: FastifyRequest): Promise<void> {
  const { body } = request
  const isEmpty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0)
  if (!isEmpty) throw new PlenumError('validation_failed', { detail: 'This takes no body.', errors: [{ pointer: '', detail: 'must be empty' }] })
}

// Whoever may see a body or not by who they are: no cache in between may keep it.
export const privateCache = 'private, no-store'
export const publicCache = 'no-cache'
