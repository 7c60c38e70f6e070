import { setTimeout as delay } from 'node:timers/promises'
import type { Arena } from '../arena.ts'
import { gather, voteWhile, type Crowd } from '../crowd.ts'
import type { Size } from '../scenario.ts'

interface Turn { at: number, crowd: Crowd, size: Size }

/** People vote at a steady rate, and every so often something is broken. */
export function votesWhile<A extends Arena> (pauseMs: number, breakOne: (arena: A, turn: Turn) => Promise<void>, countTurns = (_arena: A, { times }: Size) => times) {
  return async (arena: A, size: Size): Promise<void> => {
    const crowd = await gather(arena, size)
    await voteWhile(arena, crowd, size, async () => {
      for (let at = 0; at < countTurns(arena, size); at++) {
        await delay(pauseMs)
        await breakOne(arena, { at, crowd, size })
      }
    })
  }
}
