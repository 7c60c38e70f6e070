import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { withOwnOrder } from '../../server/protocol/own-order.ts'
import { roundKey } from '../client/ballot-drafts.ts'
import { readBallot } from '../client/ballot-state.ts'
import type { Ballots } from '../client/ballots.ts'
import type { Connection } from '../client/connection.ts'
import type { LiveRoom } from '../client/live-room.ts'
import { t } from '../client/text.ts'
import { ConnectionBanner } from '../components/connection-banner.tsx'
import { Countdown } from '../components/countdown.tsx'
import { PhoneResults } from '../components/phone-results.tsx'
import { PollGone } from '../components/poll-gone.tsx'
import { PollQuestion } from '../components/poll-question.tsx'

interface Props {
  pollId: string
  liveRoom: LiveRoom
  connection: Connection
  ballots: Ballots
}

/** One poll in a frame of another page: to vote, and to read the results. */
export function EmbedPage ({ pollId, liveRoom, connection, ballots }: Props) {
  const state = connection.state.value
  const held = liveRoom.view(pollId)
  const voterId = connection.voterId.value
  const view = useMemo(() => held && { ...held, poll: withOwnOrder(held.poll, voterId) }, [held, voterId])
  const advice = useSignal({ key: '', text: '' })

  useEffect(() => {
    document.title = `${view?.poll.question ?? t('voteTitle')} – Plenum`
  }, [view?.poll.question])

  const isGone = view === undefined && liveRoom.room.value !== null
  if (connection.refusal.value !== null || isGone) return <PollGone problem={connection.refusal.value} />
  if (view === undefined) {
    return (
      <main class='narrow'>
        <ConnectionBanner state={state} />
        <h1 class='waiting'>{t('connecting')}</h1>
      </main>
    )
  }
  const key = roundKey(view.poll)
  const ballot = readBallot(view, ballots, state)
  return (
    <main class='narrow'>
      <ConnectionBanner state={state} />
      {view.poll.status === 'open' && view.poll.closesAt !== null && <Countdown closesAt={view.poll.closesAt} clock={liveRoom.clock} />}
      <PollQuestion key={key} view={view} ballot={ballot} ballots={ballots} connection={connection} advise={(text) => { advice.value = { key, text } }} />
      <p class='status' role='status'>{ballot.status}</p>
      <p class='alert' role='alert'>{(advice.value.key === key && advice.value.text) || ballot.alert}</p>
      <PhoneResults view={view} />
    </main>
  )
}
