import type { BallotState } from '../client/ballot-state.ts'
import type { Ballots } from '../client/ballots.ts'
import type { Connection } from '../client/connection.ts'
import type { HeldView } from '../client/held-view.ts'
import { statusWords } from '../client/words.ts'
import { BallotForm } from './ballot-form.tsx'
import { SuggestForm } from './suggest-form.tsx'

interface Props {
  view: HeldView
  ballot: BallotState
  ballots: Ballots
  connection: Pick<Connection, 'request'>
  advise: (advice: string) => void
}

/** The question of one poll with its ballot, and where the poll stands. */
export function PollQuestion ({ view: { poll }, ballot, ballots: { drafts, sender }, connection, advise }: Props) {
  const words = statusWords(poll.status)

  async function withdraw () {
    if (await sender.withdraw(poll)) drafts.drop(poll)
  }

  function choose (optionId: number) {
    const { choices = [] } = drafts.get(poll) ?? ballot.draft
    drafts.set(poll, { choices: poll.kind === 'single' ? [optionId] : [...choices.filter((choice) => choice !== optionId), optionId] })
  }

  return (
    <>
      <BallotForm
        poll={poll}
        ballot={ballot}
        advise={advise}
        edit={(draft) => drafts.set(poll, draft)}
        send={(answer) => sender.cast(poll, answer)}
        withdraw={() => { void withdraw() }}
      />
      {ballot.canSend && (poll.writeIns ?? 'off') !== 'off' && <SuggestForm connection={connection} poll={poll} choose={choose} />}
      {words !== '' && <p class='poll-status'>{words}</p>}
    </>
  )
}
