import { PlenumError } from '../../server/protocol/problem.ts'

/** Words for a refusal because there are as many already as there may be. */
export function explainFull (text: string): (error: unknown) => string | undefined {
  return (error) => error instanceof PlenumError && error.code === 'conflict' ? text : undefined
}
