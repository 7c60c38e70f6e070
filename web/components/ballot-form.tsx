import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Answer, Poll } from '../../server/protocol/poll.ts'
import { answerRules } from '../client/answer-rules.ts'
import type { BallotState } from '../client/ballot-state.ts'
import type { Draft } from '../client/draft.ts'
import { t } from '../client/text.ts'
import { ballots } from './kinds/ballots.ts'

interface Props {
  poll: Poll
  ballot: BallotState
  edit: (draft: Draft) => void
  send: (answer: Answer) => void
  withdraw: () => void
  /** Tells the voter what to do first; empty takes it back. */
  advise: (advice: string) => void
}

/** Of a ballot, the field to begin with. */
export const firstField = 'fieldset :is(input:checked, input[type=text], input[type=number], textarea, button)'

export function BallotForm ({ poll, ballot, edit, send, withdraw, advise }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const isChanging = useSignal(false)
  const rules = answerRules[poll.kind]
  const Fields = ballots[poll.kind]
  const offersChange = ballot.isStored && !ballot.isPending && !isChanging.value

  function submit (event: Event) {
    event.preventDefault()
    if (!ballot.canSend) return
    if (offersChange && !ballot.isDirty) {
      isChanging.value = true
      advise(t(poll.kind === 'single' || poll.kind === 'multiple' ? 'chooseOther' : 'changeAnswer'))
      form.current?.querySelector<HTMLElement>(firstField)?.focus()
      return
    }
    const problem = rules.findProblem(ballot.draft, poll)
    advise(problem ?? '')
    if (problem !== null) return
    isChanging.value = false
    send(rules.toAnswer(ballot.draft, poll))
  }

  return (
    <form class='ballot' ref={form} onSubmit={submit} noValidate>
      <fieldset disabled={ballot.isReadOnly} aria-describedby='choice-rule'>
        <legend><h1 id='question' tabIndex={-1}>{poll.question}</h1></legend>
        <p id='choice-rule' class='rule'>{ruleWords(poll, ballot)}</p>
        <div class='fields'>
          <Fields poll={poll} draft={ballot.draft} edit={(draft) => { advise(''); edit(draft) }} />
        </div>
      </fieldset>
      {!ballot.isReadOnly && (
        <div class='actions'>
          <button type='submit' class='primary' aria-disabled={!ballot.canSend}>{t(offersChange ? 'changeVote' : 'vote')}</button>
          {ballot.canWithdraw && <button type='button' onClick={withdraw}>{t('withdrawVote')}</button>}
        </div>
      )}
    </form>
  )
}

function ruleWords (poll: Poll, { isReadOnly, isStored }: BallotState): string {
  if (!isReadOnly) return answerRules[poll.kind].ask(poll)
  return isStored ? t('yourAnswerWas') : ''
}
