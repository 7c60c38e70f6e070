import type { Answer } from '../../server/protocol/poll.ts'
import { roundKey } from '../client/ballot-drafts.ts'
import { isSolved } from '../client/solution.ts'
import { resultsByKind } from './kinds/results.ts'
import type { ResultsProps } from './kinds/results-props.ts'
import { Solution } from './solution.tsx'

/** The results of a poll of any kind, and of a quiz its right answer once that is revealed. */
export function PollResults ({ myVote = null, ...props }: ResultsProps & { myVote?: Answer | null }) {
  const Results = resultsByKind[props.poll.kind]
  return (
    <>
      {/* What one poll has loaded is not to be seen under another. */}
      <Results key={roundKey(props.poll)} {...props} />
      {isSolved(props.poll) && <Solution poll={props.poll} results={props.results} myVote={myVote} />}
    </>
  )
}
