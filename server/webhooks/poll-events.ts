import type { PollEvent } from '../../db/delivery-id.ts'
import type { StoredPoll } from '../../db/poll-store.ts'
import { toSnapshot } from '../polls/poll-snapshot.ts'
import type { Poll, Results } from '../protocol/poll.ts'
import type { WebhookEvent } from '../protocol/webhook.ts'

/** What a change of a poll is to receivers: it has opened, or closed with its final results. Anything else is not told. */
export function describeChange (before: StoredPoll, after: StoredPoll): PollEvent | undefined {
  if (before.poll.status === after.poll.status) return undefined
  switch (after.poll.status) {
    case 'open': return describe('poll.opened', after)
    case 'closed': return describe('poll.closed', after)
    case 'draft':
    case 'paused':
    case 'archived': return undefined
    default: return after.poll.status satisfies never
  }
}

/** The poll's results as they are. Receivers speak for the host, so hidden results are told too; a draft has none. */
export function describeResults (stored: StoredPoll): PollEvent | undefined {
  return stored.poll.status === 'draft' ? undefined : describe('poll.results', stored)
}

interface Payload {
  type: WebhookEvent
  timestamp: string
  data: { poll: Poll, results?: Results }
}

function describe (event: WebhookEvent, stored: StoredPoll): PollEvent {
  const { poll, results } = toSnapshot(stored)
  const payload: Payload = { type: event, timestamp: results.at, data: event === 'poll.opened' ? { poll } : { poll, results } }
  return { event, pollId: poll.id, version: results.version, at: stored.tally.at, payload: JSON.stringify(payload) }
}
