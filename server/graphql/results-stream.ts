import type { AccessClaims } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { Results } from '../protocol/poll.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Feed, FeedConnection } from '../realtime/feed.ts'
import type { SessionWatch } from '../realtime/session-watch.ts'

export interface ResultsStreamOptions {
  feed: Feed
  sessions: SessionWatch
}

type Step = IteratorResult<{ results: Results }, undefined>

/**
 * A poll's results as they change, from the feed: first the current ones. Whoever asks late gets the newest only; nothing else is kept.
 * Ends when the poll is removed. Throws poll_not_found, and later unavailable when the reader does not keep up.
 */
export async function openResultsStream (
  { feed, sessions }: ResultsStreamOptions, pollId: string, { host, ...onlooker }: Onlooker & { host?: AccessClaims }
): Promise<AsyncIterableIterator<{ results: Results }, undefined, undefined>> {
  let newest: Results | undefined
  let answer: ((step: Step) => void) | undefined
  let isEnded = false
  let isCut = false
  let leave = () => {}

  function end (): Step {
    const done: Step = { value: undefined, done: true }
    isEnded = true
    leave()
    answer?.(done)
    answer = undefined
    return done
  }

  const connection: FeedConnection = {
    send (message) {
      if (message.type !== 'results') return true
      if (answer === undefined) {
        newest = message.data
      } else {
        answer({ value: { results: message.data }, done: false })
        answer = undefined
      }
      // Until the next one is asked for the feed keeps what comes, and only the newest.
      return false
    },
    heartbeat () {},
    close () {
      // Who has not asked for the next one may be too slow. It is told to come back, and learns then whether the poll is still there.
      isCut = answer === undefined
      end()
    }
  }
  const subscription = await feed.join(pollId, onlooker, () => connection)
  const unwatch = host === undefined ? () => {} : sessions.watch({ host, end: subscription.becomeAudience })
  leave = () => {
    unwatch()
    subscription.leave()
  }

  const stream: AsyncIterableIterator<{ results: Results }, undefined, undefined> = {
    async next (): Promise<Step> {
      if (isCut) throw new PlenumError('unavailable')
      if (isEnded) return end()
      subscription.drained()
      const results = newest
      newest = undefined
      if (results !== undefined) return { value: { results }, done: false }
      return await new Promise((resolve) => { answer = resolve })
    },
    return: async () => end(),
    [Symbol.asyncIterator]: () => stream
  }
  return stream
}
