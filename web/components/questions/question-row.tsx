import type { ComponentChildren } from 'preact'
import type { Question } from '../../../server/protocol/question.ts'
import { exactWords } from '../../client/figures.ts'
import { t } from '../../client/text.ts'

interface Props {
  question: Question
  /** Absent where nobody votes, as on the projector. */
  vote?: { isCast: boolean, isBusy: boolean, toggle: () => void }
  /** What can be done with it. */
  children?: ComponentChildren
}

/** One question with its votes; the button is pressed once the server has counted. */
export function QuestionRow ({ question: { id, text, authorName, votes, status, isPinned }, vote, children }: Props) {
  const votesText = t('questionVotes', { count: votes })
  return (
    <li class='question' data-status={status} data-pinned={isPinned}>
      {vote === undefined
        ? <span class='question-votes'><b>{exactWords(votes)}</b> <span aria-hidden='true'>▲</span><span class='visually-hidden'>{votesText}</span></span>
        : (
          <button
            type='button' class='question-votes' aria-pressed={vote.isCast} aria-disabled={vote.isBusy || status !== 'open'}
            aria-label={t('questionVoteFor', { text, votes: votesText })} onClick={vote.toggle}
          >
            <span aria-hidden='true'>▲</span> <b>{exactWords(votes)}</b>
          </button>
          )}
      <div class='question-text'>
        <p id={`question-${id}`}>{text}</p>
        <p class='hint'>
          {authorName ?? t('anonymous')}
          {isPinned && <span class='mark'>{t('questionPinned')}</span>}
          {status === 'answered' && <span class='mark'>✓ {t('questionAnswered')}</span>}
        </p>
        {children}
      </div>
    </li>
  )
}
