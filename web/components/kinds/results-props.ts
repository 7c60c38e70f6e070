import type { Poll, Results } from '../../../server/protocol/poll.ts'

/** What the part of a page that shows one kind's results is given. */
export interface ResultsProps {
  poll: Poll
  /** Of the poll's current round. */
  results: Results
  screen: 'phone' | 'projector'
}
