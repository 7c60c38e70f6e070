import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { PlenumError } from '../protocol/problem.ts'

/** Checks what GraphQL hands over with the schema that REST and the sockets have for it. Throws validation_failed. */
export function createCheck<S extends TSchema> (schema: S): (value: unknown) => Static<S> {
  const validator = Compile(schema)
  return (value) => {
    if (validator.Check(value)) return value
    const errors = validator.Errors(value).map(({ instancePath, message }) => ({ pointer: instancePath, detail: message }))
    throw new PlenumError('validation_failed', { detail: `${errors[0]?.pointer ?? ''} ${errors[0]?.detail ?? 'is not valid'}`.trim(), errors })
  }
}

/** In GraphQL an argument that is null is one that was not given. */
export function withoutNulls (given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
}
