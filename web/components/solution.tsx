import type { Answer, Poll, Results } from '../../server/protocol/poll.ts'
import { percentWords } from '../client/figures.ts'
import { isRightAnswer, solutionWords } from '../client/solution.ts'
import { voterWords } from '../client/words.ts'

interface Props {
  poll: Poll
  results: Results
  /** Of who holds the device; null without a vote, or on a projector. */
  myVote: Answer | null
}

/** The right answer of a quiz, how many knew it, and why it is so. */
export function Solution ({ poll, results: { voters, derived }, myVote }: Props) {
  const correctVoters = derived?.correctVoters
  return (
    <div class='solution'>
      {myVote !== null && <p><b>{isRightAnswer(poll, myVote) ? '✓ Your answer is right.' : '✗ Your answer is not right.'}</b></p>}
      <p><b>Right answer:</b> {solutionWords(poll)}</p>
      {correctVoters !== undefined && <p class='right-voters'>{correctVoters.toLocaleString('en')} of {voterWords(voters)} right ({percentWords(correctVoters, voters)})</p>}
      {poll.explanation !== undefined && <p class='explanation'>{poll.explanation}</p>}
    </div>
  )
}
