import type { FastifyRequest } from 'fastify'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { toPlenumError } from '../http/error-handler.ts'
import { PlenumError, problems, type ErrorCode, type FieldError } from '../protocol/problem.ts'

/** An error as GraphQL sends it, with a code of the closed list. */
export interface GraphqlProblem extends Pick<GraphQLFormattedError, 'message' | 'locations' | 'path'> {
  extensions: { code: ErrorCode, status: number, requestId: string, errors?: FieldError[], retryAfterMs?: number }
}

/** Whatever was thrown before or during execution; a document that is not valid may have several faults. A 5xx tells nothing of the inside. */
export function toProblems (error: unknown, request: FastifyRequest): GraphqlProblem[] {
  const parts = error instanceof Error && 'errors' in error && Array.isArray(error.errors) && !(error instanceof PlenumError) ? error.errors : [error]
  return parts.map((part: unknown) => toProblem(part, request))
}

function toProblem (error: unknown, request: FastifyRequest): GraphqlProblem {
  const known = toKnownError(error)
  if (known.code === 'internal') request.log.error({ err: known }, 'a GraphQL field failed')
  else if (known.status >= 500) request.log.warn({ err: known }, 'a GraphQL field could not be served')
  const { locations, path } = error instanceof GraphQLError ? error : { locations: undefined, path: undefined }
  return {
    message: known.detail ?? problems[known.code][1],
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: {
      code: known.code,
      status: known.status,
      requestId: request.id,
      ...(known.errors === undefined ? {} : { errors: known.errors }),
      ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs })
    }
  }
}

function toKnownError (error: unknown): PlenumError {
  if (!(error instanceof GraphQLError)) return toPlenumError(error instanceof Error ? error : new Error(String(error)))
  const original = error.originalError
  // Without a path it comes from before the execution, with nodes from an argument: the caller's fault. Else it is our answer that does not fit.
  const isCallers = error.path === undefined || (original instanceof GraphQLError && original.nodes !== undefined)
  if (isCallers) return new PlenumError('validation_failed', { detail: withoutSuggestion(error.message) })
  return original === undefined || original instanceof GraphQLError ? new PlenumError('internal', { cause: error }) : toPlenumError(original)
}

/** A guess at what was meant would tell names of the schema to who may not ask for them. */
function withoutSuggestion (message: string): string {
  return message.replace(/ Did you mean .*\?$/s, '')
}
