import type { Answer, Poll, Results } from '../../server/protocol/poll.ts'
import { percentWords } from '../client/figures.ts'
import { isRightAnswer, solutionWords } from '../client/solution.ts'
import { t } from '../client/text.ts'
import { Around, slot } from './around.tsx'

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
      {myVote !== null && <p><b>{isRightAnswer(poll, myVote) ? `✓ ${t('youAreRight')}` : `✗ ${t('youAreWrong')}`}</b></p>}
      <p><Around text={t('rightAnswer', { answer: slot })}><b>{solutionWords(poll)}</b></Around></p>
      {correctVoters !== undefined && <p class='right-voters'>{t('rightVoters', { right: correctVoters, count: voters, percent: percentWords(correctVoters, voters) })}</p>}
      {poll.explanation !== undefined && <p class='explanation'>{poll.explanation}</p>}
    </div>
  )
}
