import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { followPoll } from '../../../server/client/feed-client.ts'
import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { client } from '../session.ts'
import { useLoad } from '../use-load.ts'

/** A poll and its results as they change. Nothing older replaces something newer. */
export function useLivePoll (pollId: string) {
  const poll = useLoad(() => client.polls.read(pollId), [pollId])
  const told = useSignal<Poll | undefined>(undefined)
  const results = useSignal<Results | undefined>(undefined)
  const isLost = useSignal(false)

  useEffect(() => {
    const ending = new AbortController()
    told.value = undefined
    results.value = undefined
    const follow = async () => {
      for await (const message of followPoll({ baseUrl: location.origin, pollId, signal: ending.signal, onLost: () => { isLost.value = true } })) {
        isLost.value = false
        if (message.type === 'poll') {
          if (message.data.revision > (told.value?.revision ?? 0)) told.value = message.data
        } else if (message.data.version > (results.value?.version ?? 0)) {
          results.value = message.data
        }
      }
    }
    // What is refused for good, the poll itself is refused for as well, and that is shown.
    follow().catch(() => { isLost.value = !ending.signal.aborted })
    return () => { ending.abort() }
  }, [pollId])

  const newest = [poll.data, told.value].filter((one) => one !== undefined).toSorted((a, b) => b.revision - a.revision)[0]
  return {
    loaded: poll,
    poll: newest?.id === pollId ? newest : undefined,
    /** Of the round that is running. */
    results: results.value?.round === newest?.round ? results.value : undefined,
    isLost: isLost.value,
    set: poll.set
  }
}
