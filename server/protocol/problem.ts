import { Type, type Static } from 'typebox'

/** Every error code there is, with its HTTP status and title. The list is closed: clients may switch on it. */
export const problems = {
  validation_failed: [400, 'The request is not valid'],
  unauthenticated: [401, 'Please sign in'],
  forbidden: [403, 'This is not allowed'],
  results_hidden: [403, 'The results are hidden'],
  not_found: [404, 'Not found'],
  room_not_found: [404, 'There is no such room'],
  poll_not_found: [404, 'There is no such poll'],
  method_not_allowed: [405, 'This method is not allowed here'],
  not_acceptable: [406, 'None of the accepted media types can be sent'],
  conflict: [409, 'This does not fit the current state'],
  poll_not_open: [409, 'The poll is not open yet'],
  poll_paused: [409, 'The poll is paused'],
  poll_closed: [409, 'The poll is closed'],
  already_voted: [409, 'A vote was already cast'],
  stale_revision: [412, 'It was changed in the meantime'],
  payload_too_large: [413, 'The request is too large'],
  unsupported_media_type: [415, 'This media type is not supported'],
  option_invalid: [422, 'This option does not exist here'],
  too_few_choices: [422, 'Too few choices'],
  too_many_choices: [422, 'Too many choices'],
  idempotency_conflict: [422, 'This idempotency key was used for another request'],
  revision_required: [428, 'If-Match is required'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  unavailable: [503, 'The service cannot do this right now'],
  busy: [503, 'Too much is waiting right now']
} as const satisfies Record<string, readonly [number, string]>

export type ErrorCode = keyof typeof problems

const Code = Type.Unsafe<ErrorCode>(Type.String({ enum: Object.keys(problems) }))

export const FieldError = Type.Object({
  pointer: Type.String({ description: 'JSON pointer to the field' }),
  detail: Type.String()
})
export type FieldError = Static<typeof FieldError>

/** RFC 9457 problem details, as HTTP sends them. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Code,
  requestId: Type.String(),
  errors: Type.Optional(Type.Array(FieldError))
}, {
  description: 'RFC 9457 problem details',
  examples: [{
    type: 'urn:plenum:problem:poll_closed',
    title: problems.poll_closed[1],
    status: problems.poll_closed[0],
    code: 'poll_closed',
    requestId: '5a1f4c3e-7a3b-4b0e-9a53-0d2c6f1f5b11'
  }]
})
export type Problem = Static<typeof Problem>

/** The same on a socket, inside an ack or as the data of a `connect_error`. */
export const SocketProblem = Type.Object({
  code: Code,
  status: Type.Integer(),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
  retryAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
  errors: Type.Optional(Type.Array(FieldError))
}, { description: 'Problem details on a socket' })
export type SocketProblem = Static<typeof SocketProblem>

export interface ProblemDetails {
  detail?: string
  errors?: FieldError[]
  retryAfterMs?: number
  cause?: unknown
}

/** An outcome that the caller is told by its code. Callers test `code`, never the message. */
export class PlenumError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly retryAfterMs: number | undefined

  constructor (code: ErrorCode, details: ProblemDetails = {}) {
    super(`${code}: ${details.detail ?? problems[code][1]}`, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'PlenumError'
    this.code = code
    this.detail = details.detail
    this.errors = details.errors
    this.retryAfterMs = details.retryAfterMs
  }

  get status (): number {
    return problems[this.code][0]
  }

  toSocketProblem (): SocketProblem {
    const [status, title] = problems[this.code]
    return {
      code: this.code,
      status,
      title,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.errors === undefined ? {} : { errors: this.errors })
    }
  }
}

/** The outcome of whatever fails at the door: which field, and why. */
export function invalidField (pointer: string, detail: string): PlenumError {
  return new PlenumError('validation_failed', { detail: `${pointer || 'The body'} ${detail}`, errors: [{ pointer, detail }] })
}
