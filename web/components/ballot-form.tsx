import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { BallotState } from '../client/ballot-state.ts'
import type { Poll } from '../../server/protocol/poll.ts'
import { choiceProblem, choiceRule } from '../client/words.ts'

interface Props {
  poll: Poll
  ballot: BallotState
  choose: (choices: number[]) => void
  send: (choices: number[]) => void
  withdraw: () => void
  /** Tells the voter what to do first; empty takes it back. */
  advise: (advice: string) => void
}

export function BallotForm ({ poll, ballot, choose, send, withdraw, advise }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const isChanging = useSignal(false)
  const offersChange = ballot.isCounted && !ballot.isPending && !isChanging.value

  function toggle (optionId: number, isChosen: boolean) {
    advise('')
    if (poll.kind === 'single') return choose([optionId])
    const others = ballot.selected.filter((choice) => choice !== optionId)
    choose(isChosen ? [...others, optionId] : others)
  }

  function submit (event: Event) {
    event.preventDefault()
    if (!ballot.canSend) return
    if (offersChange && !ballot.isDirty) {
      isChanging.value = true
      advise('Choose another answer, then press Vote.')
      form.current?.querySelector<HTMLInputElement>('input:checked')?.focus()
      return
    }
    const problem = choiceProblem(poll, ballot.selected.length)
    advise(problem ?? '')
    if (problem !== null) return
    isChanging.value = false
    send(poll.options.map((option) => option.id).filter((id) => ballot.selected.includes(id)))
  }

  return (
    <form class='ballot' ref={form} onSubmit={submit} noValidate>
      <fieldset disabled={ballot.isReadOnly} aria-describedby='choice-rule'>
        <legend><h1 tabIndex={-1}>{poll.question}</h1></legend>
        <p id='choice-rule' class='rule'>{ruleWords(poll, ballot)}</p>
        {poll.options.map((option) => (
          <label key={option.id} class='option'>
            <input
              type={poll.kind === 'single' ? 'radio' : 'checkbox'}
              name='option'
              value={option.id}
              checked={ballot.selected.includes(option.id)}
              onChange={(event) => toggle(option.id, event.currentTarget.checked)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </fieldset>
      {!ballot.isReadOnly && (
        <div class='actions'>
          <button type='submit' class='primary' aria-disabled={!ballot.canSend}>{offersChange ? 'Change vote' : 'Vote'}</button>
          {ballot.canWithdraw && <button type='button' onClick={withdraw}>Withdraw vote</button>}
        </div>
      )}
    </form>
  )
}

function ruleWords (poll: Poll, { isReadOnly, isCounted }: BallotState): string {
  if (!isReadOnly) return choiceRule(poll)
  return isCounted ? 'Your answer:' : ''
}
