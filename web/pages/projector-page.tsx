import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Connection } from '../client/connection.ts'
import { currentResults, type HeldView } from '../client/held-view.ts'
import type { LiveRoom } from '../client/live-room.ts'
import { t } from '../client/text.ts'
import { projectorWords, voterWords } from '../client/words.ts'
import { ConnectionLight } from '../components/connection-light.tsx'
import { Countdown } from '../components/countdown.tsx'
import { JoinPanel } from '../components/join-panel.tsx'
import { Leaderboard, revealedQuizzes } from '../components/leaderboard.tsx'
import { ProjectorTools } from '../components/projector-tools.tsx'
import { QuestionsPanel } from '../components/projector/questions-panel.tsx'
import { Replay } from '../components/projector/replay.tsx'
import { Scene } from '../components/projector/scene.tsx'
import { Stage } from '../components/projector/stage.tsx'
import { useSaid } from '../components/projector/use-said.ts'
import { hasReplay, useTools, type Panel } from '../components/projector/use-tools.ts'
import { RoomRefused } from '../components/room-refused.tsx'

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
  const panel = useSignal<Panel | null>(null)
  const { said, say } = useSaid()
  const groups = useTools({ liveRoom, panel, isQrLarge, say })

  useEffect(() => {
    document.title = `${view?.poll.question ?? room?.title ?? t('liveResults')} – Plenum`
  }, [view?.poll.question, room?.title])

  // What another poll, a reopening or a host takes away does not come back by itself.
  const shown = panelToShow(panel.value, liveRoom)
  // By what holds when it runs: the next key may have come since.
  useEffect(() => { if (panelToShow(panel.value, liveRoom) === null) panel.value = null }, [shown])
  useEffect(() => { if (panel.value === 'replay') panel.value = null }, [view?.poll.id, view?.poll.round])

  if (connection.refusal.value !== null) return <RoomRefused problem={connection.refusal.value} code={code} />
  return (
    <div class='projector' data-qr={isQrLarge.value ? 'large' : 'normal'}>
      <main class='stage'>
        {shown === 'questions' && <QuestionsPanel questions={liveRoom.questions} />}
        {shown === 'leaderboard' && room !== null && <Scene><Leaderboard roomId={room.id} polls={liveRoom.polls.value} screen='projector' /></Scene>}
        {shown === 'replay' && view !== null && <Replay key={`${view.poll.id} ${view.poll.round}`} poll={view.poll} />}
        {shown === null && (view === null
          ? <h1 class='waiting'>{t(room === null ? 'connecting' : 'waiting')}</h1>
          : <Stage view={view} />)}
        <div class='summary'>
          {view !== null && shown === null && <Figures view={view} liveRoom={liveRoom} />}
          <p class='status' role='status'>{statusWords(view, shown)}</p>
        </div>
      </main>
      {room !== null && <JoinPanel code={room.code} />}
      <footer class='foot'>
        <ConnectionLight state={connection.state.value} />
        {present !== null && <p class='present'>{t('present', { count: present })}</p>}
        <ProjectorTools groups={groups} />
        <p class='said' role='status'>{said}</p>
      </footer>
    </div>
  )
}

/** Null: the poll. */
function panelToShow (panel: Panel | null, { questions, polls, shown }: LiveRoom): Panel | null {
  switch (panel) {
    case 'questions': return questions.shown.value === null ? null : panel
    case 'leaderboard': return revealedQuizzes(polls.value).length === 0 ? null : panel
    case 'replay': return hasReplay(shown.value) ? panel : null
    case null: return null
    default: return panel satisfies never
  }
}

function statusWords (view: HeldView | null, panel: Panel | null): string {
  if (view === null) return ''
  return panel === 'replay' ? t('replay') : projectorWords(view.poll.status, currentResults(view)?.final ?? false)
}

function Figures ({ view: { poll, results }, liveRoom }: { view: HeldView, liveRoom: LiveRoom }) {
  return (
    <>
      {results?.round === poll.round && <p class='voters'>{voterWords(results.voters)}</p>}
      {poll.status === 'open' && poll.closesAt !== null && <Countdown closesAt={poll.closesAt} clock={liveRoom.clock} />}
    </>
  )
}
