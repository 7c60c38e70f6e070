import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { answerRules } from '../client/answer-rules.ts'
import type { Connection } from '../client/connection.ts'
import { currentResults, type HeldView } from '../client/held-view.ts'
import type { LiveRoom } from '../client/live-room.ts'
import { t } from '../client/text.ts'
import { projectorWords, voterWords } from '../client/words.ts'
import { ConnectionLight } from '../components/connection-light.tsx'
import { Countdown } from '../components/countdown.tsx'
import { JoinPanel } from '../components/join-panel.tsx'
import { PollResults } from '../components/poll-results.tsx'
import { ProjectorTools } from '../components/projector-tools.tsx'
import { RoomRefused } from '../components/room-refused.tsx'

/** Characters beyond which the question is set smaller, so that the bars stay in view. */
const longQuestion = 80

interface Props {
  code: string
  liveRoom: LiveRoom
  connection: Connection
}

export function ProjectorPage ({ code, liveRoom, connection }: Props) {
  const view = liveRoom.shown.value
  const room = liveRoom.room.value
  const present = liveRoom.present.value
  const isQrLarge = useSignal(false)

  useEffect(() => {
    document.title = `${view?.poll.question ?? room?.title ?? t('liveResults')} – Plenum`
  }, [view?.poll.question, room?.title])

  if (connection.refusal.value !== null) return <RoomRefused problem={connection.refusal.value} code={code} />
  return (
    <div class='projector' data-qr={isQrLarge.value ? 'large' : 'normal'}>
      <main class='stage'>
        {view === null
          ? <h1 class='waiting'>{t(room === null ? 'connecting' : 'waiting')}</h1>
          : <Stage view={view} />}
        <div class='summary'>
          {view !== null && <Figures view={view} liveRoom={liveRoom} />}
          <p class='status' role='status'>{view === null ? '' : projectorWords(view.poll.status, currentResults(view)?.final ?? false)}</p>
        </div>
      </main>
      {room !== null && <JoinPanel code={room.code} />}
      <footer class='foot'>
        <ConnectionLight state={connection.state.value} />
        {present !== null && <p class='present'>{t('present', { count: present })}</p>}
        <ProjectorTools isQrLarge={isQrLarge.value} toggleQr={() => { isQrLarge.value = !isQrLarge.value }} />
      </footer>
    </div>
  )
}

function Stage ({ view }: { view: HeldView }) {
  const { poll } = view
  const results = currentResults(view)
  return (
    <div class='scene'>
      <h1 data-length={poll.question.length > longQuestion ? 'long' : 'short'}>{poll.question}</h1>
      {results === null
        ? <HiddenResults view={view} />
        : <PollResults screen='projector' poll={poll} results={results} />}
    </div>
  )
}

function Figures ({ view: { poll, results }, liveRoom }: { view: HeldView, liveRoom: LiveRoom }) {
  return (
    <>
      {results?.round === poll.round && <p class='voters'>{voterWords(results.voters)}</p>}
      {poll.status === 'open' && poll.closesAt !== null && <Countdown closesAt={poll.closesAt} clock={liveRoom.clock} />}
    </>
  )
}

/** The options are shown all the same: who has no phone at hand can still read along. */
function HiddenResults ({ view }: { view: HeldView }) {
  return (
    <>
      {view.poll.options.length > 0 && (
        <ul class='plain-options' style={{ '--rows': view.poll.options.length }}>
          {view.poll.options.map((option) => <li key={option.id}>{option.label}</li>)}
        </ul>
      )}
      {view.poll.options.length === 0 && <p class='hint'>{answerRules[view.poll.kind].ask(view.poll)}</p>}
      {view.results === null && <p class='hidden-results'>{t('resultsHidden')}</p>}
    </>
  )
}
