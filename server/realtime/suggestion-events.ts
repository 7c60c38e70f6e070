import type { Suggestions } from '../polls/suggestions.ts'
import { isUuid } from '../protocol/common.ts'
import { clientEvents, type ClientEventReply } from '../protocol/events.ts'
import { PlenumError } from '../protocol/problem.ts'
import { clientEvent, type ClientEventHandler } from './client-event.ts'
import { claimsOf } from './socket-types.ts'

/** Options that voters suggest. */
export function suggestionEvents ({ suggestions }: { suggestions: Suggestions }) {
  return {
    'option:suggest': clientEvent<typeof clientEvents['option:suggest'], ClientEventReply['option:suggest']>(clientEvents['option:suggest'], async (socket, { pollId, text }, reply) => {
      if (!isUuid(pollId)) throw new PlenumError('poll_not_found')
      reply(await suggestions.suggest(pollId.toLowerCase(), claimsOf(socket), { text }))
    })
  } satisfies Record<string, ClientEventHandler>
}
