import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { asPlenumError } from '../polls/errors.ts'
import { PlenumError, problems, type ErrorCode, type FieldError, type Problem } from '../protocol/problem.ts'

const problemMediaType = 'application/problem+json'

/** Every error leaves as RFC 9457 problem details with a code of the closed list. A 5xx tells nothing of the inside. */
export function handleError (error: FastifyError | PlenumError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const known = toPlenumError(error)
  if (known.code === 'internal') request.log.error({ err: error }, 'a request failed')
  else if (known.status >= 500) request.log.warn({ err: error }, 'a request could not be served')
  sendProblem(known, request, reply)
}

export function sendProblem (error: PlenumError, request: FastifyRequest, reply: FastifyReply): void {
  if (error.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000))
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="plenum"')
  reply.code(error.status).header('cache-control', 'no-store').type(problemMediaType).send(JSON.stringify(toProblem(error, request.id)))
}

/** What could not be read as a request, and never became one. Its connection ends. */
export function handleBrokenRequest (error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  // A browser keeps connections ready that it has not used yet: an answer there would be taken for that of its next request.
  if (socket.bytesRead === 0) {
    socket.destroy()
    return
  }
  const known = toBrokenRequest(error.code)
  const requestId = randomUUID()
  const body = JSON.stringify(toProblem(known, requestId))
  const head = [
    `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}`, `content-type: ${problemMediaType}`, `content-length: ${Buffer.byteLength(body)}`, 'cache-control: no-store', `x-request-id: ${requestId}`, 'connection: close'
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

function toBrokenRequest (code: string): PlenumError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT': return new PlenumError('validation_failed', { detail: 'The request was not complete in time.' })
    case 'HPE_HEADER_OVERFLOW': return new PlenumError('payload_too_large', { detail: 'The headers are too large.' })
    default: return new PlenumError('validation_failed', { detail: 'This is no HTTP request.' })
  }
}

function toProblem (error: PlenumError, requestId: string): Problem {
  const [status, title] = problems[error.code]
  return {
    type: `urn:plenum:problem:${error.code}`,
    title,
    status,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    code: error.code,
    requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors })
  }
}

const codeByStatus: Partial<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  413: 'payload_too_large',
  // A path's parameter that is longer than any id or code.
  414: 'not_found',
  415: 'unsupported_media_type',
  429: 'rate_limited'
}

export function toPlenumError (error: FastifyError | PlenumError | Error): PlenumError {
  if (error instanceof PlenumError) return error
  if ('validation' in error && error.validation !== undefined) {
    const errors = error.validation.map((found) => toFieldError(found, error.validationContext ?? 'body'))
    return new PlenumError('validation_failed', { detail: errors[0]?.detail ?? error.message, errors })
  }
  const status = 'statusCode' in error ? error.statusCode ?? 500 : 500
  if (status < 400 || status >= 500) return asPlenumError(error)
  return new PlenumError(codeByStatus[status] ?? 'validation_failed', { detail: error.message || STATUS_CODES[status] || '', cause: error })
}

function toFieldError (found: { instancePath: string, message?: string }, context: string): FieldError {
  const pointer = context === 'body' ? found.instancePath : `/${context}${found.instancePath}`
  const detail = found.message ?? 'is not valid'
  return { pointer, detail: detail === 'schema is false' ? 'is not known here' : detail }
}
