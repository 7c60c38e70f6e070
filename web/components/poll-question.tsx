import type { BallotState } from '../client/ballot-state.ts'
import type { Ballots } from '../client/ballots.ts'
import type { HeldView } from '../client/held-view.ts'
import { statusWords } from '../client/words.ts'
import { BallotForm } from './ballot-form.tsx'

interface Props {
  view: HeldView
  ballot: BallotState
  ballots: Ballots
  advise: (advice: string) => void
}

/** The question of one poll with its ballot, and where the poll stands. */
export function PollQuestion ({ view: { poll }, ballot, ballots: { drafts, sender }, advise }: Props) {
  const words = statusWords(poll.status)

  async function withdraw () {
    if (await sender.withdraw(poll)) drafts.set(poll, {})
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
      {words !== '' && <p class='poll-status'>{words}</p>}
    </>
  )
}
