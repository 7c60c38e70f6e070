import type { Poll } from '../../../server/protocol/poll.ts'
import type { Draft } from '../../client/draft.ts'

/** What the part of the form that one kind is answered with is given. */
export interface BallotFieldsProps {
  poll: Poll
  draft: Draft
  edit: (draft: Draft) => void
}
