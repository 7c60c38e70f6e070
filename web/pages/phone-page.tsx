import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Poll } from '../../server/protocol/poll.ts'
import type { AccessCodeEntry } from '../client/access-code-entry.ts'
import { roundKey } from '../client/ballot-drafts.ts'
import { readBallot, readEarlierBallots } from '../client/ballot-state.ts'
import type { Ballots } from '../client/ballots.ts'
import type { Connection } from '../client/connection.ts'
import type { LiveRoom } from '../client/live-room.ts'
import { withOwnOrder } from '../../server/protocol/own-order.ts'
import { t } from '../client/text.ts'
import { AccessCodeForm } from '../components/access-code-form.tsx'
import { ConnectionBanner } from '../components/connection-banner.tsx'
import { Countdown } from '../components/countdown.tsx'
import { Leaderboard } from '../components/leaderboard.tsx'
import { NameForm } from '../components/name-form.tsx'
import { PhoneQuestions } from '../components/questions/phone-questions.tsx'
import { PhoneResults } from '../components/phone-results.tsx'
import { PollQuestion } from '../components/poll-question.tsx'
import { RoomRefused } from '../components/room-refused.tsx'
import { SignInForm } from '../components/sign-in-form.tsx'

interface Props {
  code: string
  liveRoom: LiveRoom
  connection: Connection
  accessCode: AccessCodeEntry
  ballots: Ballots
}

export function PhonePage ({ code, liveRoom, connection, accessCode, ballots }: Props) {
  const state = connection.state.value
  const shown = liveRoom.shown.value
  const voterId = connection.voterId.value
  const view = useMemo(() => shown && { ...shown, poll: withOwnOrder(shown.poll, voterId) }, [shown, voterId])
  const room = liveRoom.room.value
  const isCodeGood = connection.hasRedeemed.value && connection.voteRefusal.value !== 'forbidden'
  const advice = useSignal({ key: '', text: '' })
  const key = view === null ? 'waiting' : roundKey(view.poll)
  const ballot = view === null ? null : readBallot(view, ballots, state, room?.access)
  const earlier = readEarlierBallots(liveRoom.view, view?.poll.id, ballots)

  useFocusOnNewQuestion(room === null ? null : key)
  useEffect(() => {
    document.title = `${view?.poll.question ?? room?.title ?? t('voteTitle')} – Plenum`
  }, [view?.poll.question, room?.title])

  if (connection.refusal.value !== null) return <RoomRefused problem={connection.refusal.value} code={code} />
  return (
    <main class='narrow'>
      <ConnectionBanner state={state} />
      {!connection.hasJoined.value && <PlainLink />}
      <header class='room-header'>
        <p>{room?.title ?? ''}</p>
        {view?.poll.status === 'open' && view.poll.closesAt !== null && <Countdown closesAt={view.poll.closesAt} clock={liveRoom.clock} />}
      </header>
      {room?.access === 'codes' && (!isCodeGood || accessCode.alert.value !== '') && <AccessCodeForm entry={accessCode} />}
      {room?.access === 'accounts' && <SignInForm connection={connection} />}
      {view === null || ballot === null
        ? <Waiting isJoined={room !== null} />
        : <PollQuestion key={key} view={view} ballot={ballot} ballots={ballots} connection={connection} advise={(text) => { advice.value = { key, text } }} />}
      <p class='status' role='status'>{ballot?.status || earlier.status}</p>
      <p class='alert' role='alert'>{(advice.value.key === key && advice.value.text) || ballot?.alert || earlier.alert}</p>
      {view !== null && <PhoneResults view={view} />}
      {room !== null && <PhoneScores roomId={room.id} polls={liveRoom.polls.value} />}
      <PhoneQuestions connection={connection} liveRoom={liveRoom} isOpen={view === null} />
    </main>
  )
}

/** What quizzes have earned, and what this voter is called there. */
function PhoneScores ({ roomId, polls }: { roomId: string, polls: readonly Poll[] }) {
  const renamed = useSignal(0)
  if (!polls.some(({ scoring }) => scoring !== undefined)) return null
  return (
    <>
      <NameForm roomId={roomId} named={() => { renamed.value += 1 }} />
      <Leaderboard screen='phone' roomId={roomId} polls={polls} change={renamed.value} />
    </>
  )
}

/** For who comes through to the server, but not by a socket. Seen only once it takes long. */
function PlainLink () {
  return <p class='plain-link'><a href='?plain'>{t('voteWithoutLive')}</a></p>
}

function Waiting ({ isJoined }: { isJoined: boolean }) {
  return <h1 class='waiting' tabIndex={-1}>{t(isJoined ? 'waiting' : 'connecting')}</h1>
}

/** A new question arrives by itself: who reads the page by ear, or by keyboard, is taken to it. */
function useFocusOnNewQuestion (key: string | null) {
  const last = useRef<string | null>(null)
  useEffect(() => {
    if (last.current !== null && key !== null && last.current !== key) document.querySelector<HTMLElement>('main h1')?.focus()
    if (key !== null) last.current = key
  }, [key])
}
