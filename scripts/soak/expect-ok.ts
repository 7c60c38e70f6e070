// Whether visits are served: who is refused everywhere would leave nothing behind either.
import type { Ack } from '../../server/protocol/events.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'

/** What comes of it that rooms and polls are paused, closed, reset and deleted while others are there. */
const passing: readonly ErrorCode[] = ['room_not_found', 'poll_not_found', 'poll_paused', 'poll_closed']

type Answer = Ack<unknown> | { status: number | undefined, body: unknown }

/** Throws for a refusal, unless its code (its status, where it has none) is one of these. */
export function expectOk (what: string, answer: Answer, explained: readonly (ErrorCode | number)[] = []): void {
  const refusal = refusalOf(answer)
  if (refusal !== undefined && !explained.some((one) => one === refusal)) throw new Error(`${what} was refused: ${refusal}`)
}

/** The same in a room that others may change at any time. */
export function expectServed (what: string, answer: Answer, explained: readonly (ErrorCode | number)[] = []): void {
  expectOk(what, answer, [...passing, ...explained])
}

function refusalOf (answer: Answer): string | number | undefined {
  if ('ok' in answer) return answer.ok ? undefined : answer.error.code
  const { status = 0, body } = answer
  if (status >= 200 && status < 400) return undefined
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : status
}
