import type { AccessClaims } from '../identity/tokens.ts'
import type { Onlooker } from '../polls/poll-views.ts'
import type { Results } from '../protocol/poll.ts'
import type { Feed, FeedConnection } from '../realtime/feed.ts'
import type { SessionWatch } from '../realtime/session-watch.ts'

export interface ResultsStreamOptions {
  feed: Feed
  sessions: SessionWatch
}

type Step = IteratorResult<{ results: Results }, undefined>

/**
 * A poll's results as they change, from the feed: first the current ones. Whoever asks late gets the newest only; nothing else is kept.
 * Ends when the poll is removed. Throws poll_not_found.
 */
export async function openResultsStream (
  { feed, sessions }: ResultsStreamOptions, pollId: string, { host, ...onlooker }: Onlooker & { host?: AccessClaims }
): Promise<AsyncIterableIterator<{ results: Results }, undefined, undefined>> {
  let newest: Results | undefined
  let answer: ((step: Step) => void) | undefined
  let isEnded = false

  function end (): Step {
    const done: Step = { value: undefined, done: true }
    isEnded = true
    unwatch()
    subscription?.leave()
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
    close () { end() }
  }
  let unwatch = () => {}
  let subscription: Awaited<ReturnType<Feed['join']>> | undefined
  subscription = await feed.join(pollId, onlooker, () => connection)
  if (host !== undefined) unwatch = sessions.watch({ host, end: subscription.becomeAudience })

  const stream: AsyncIterableIterator<{ results: Results }, undefined, undefined> = {
    async next (): Promise<Step> {
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
