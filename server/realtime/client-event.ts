import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { asPlenumError } from '../polls/errors.ts'
import type { Ack } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { LiveSocket } from './socket-types.ts'

export type Reply<T> = (outcome: T | PlenumError) => void
export type ClientEventHandler = (socket: LiveSocket, data: unknown, ack: ((answer: Ack<unknown>) => void)) => void

/**
 * An event that clients may send: its data is checked here, once, with the schema that is also its type; its outcome becomes the ack.
 * Whatever the handler throws is the outcome too.
 */
export function clientEvent<S extends TSchema, T extends object> (
  schema: S, handle: (socket: LiveSocket, data: Static<S>, reply: Reply<T>) => void | Promise<void>
): ClientEventHandler {
  const validator = Compile(schema)
  return (socket, data, ack) => {
    if (!validator.Check(data)) {
      const errors = validator.Errors(data).map(({ instancePath, message }) => ({ pointer: instancePath, detail: message }))
      return ack(toAck(new PlenumError('validation_failed', { errors })))
    }
    const reply: Reply<T> = (outcome) => { ack(toAck(outcome)) }
    try {
      handle(socket, data, reply)?.catch((error: unknown) => { reply(asPlenumError(error)) })
    } catch (error) {
      reply(asPlenumError(error))
    }
  }
}

export function toAck<T extends object> (outcome: T | PlenumError): Ack<T> {
  return outcome instanceof PlenumError ? { ok: false, error: outcome.toSocketProblem() } : { ok: true, data: outcome }
}
