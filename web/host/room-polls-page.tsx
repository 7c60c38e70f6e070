import { useRoute } from 'preact-iso'
import '../styles/host-polls.css'
import { Loading } from './components/loading.tsx'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayEdit } from './own-role.ts'
import { ImportForm } from './polls/import-form.tsx'
import { PollList } from './polls/poll-list.tsx'
import { templates } from './polls/poll-templates.ts'
import { useLivePolls } from './polls/use-live-polls.ts'
import { t } from './text.ts'

export function RoomPollsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(framed) => <RoomPolls {...framed} />}</RoomFrame>
}

function RoomPolls ({ room: { id: roomId }, role, liveRoom }: Framed) {
  const polls = useLivePolls(roomId, liveRoom)
  return (
    <>
      {mayEdit(role) && <MorePolls roomId={roomId} reload={polls.reload} />}
      {polls.data === undefined ? <Loading of={polls} /> : <PollList roomId={roomId} role={role} list={polls.data} reload={polls.reload} set={polls.set} />}
    </>
  )
}

function MorePolls ({ roomId, reload }: { roomId: string, reload: () => Promise<void> }) {
  return (
    <>
      <div class='actions'>
        <a class='button primary' href={`/host/polls/new?room=${roomId}`}>{t('newPoll')}</a>
      </div>
      <details>
        <summary>{t('fromTemplate')}</summary>
        <ul class='templates'>
          {Object.entries(templates).map(([key, { name }]) => <li key={key}><a class='button' href={`/host/polls/new?room=${roomId}&template=${key}`}>{name}</a></li>)}
        </ul>
      </details>
      <details>
        <summary>{t('importPolls')}</summary>
        <ImportForm roomId={roomId} imported={reload} />
      </details>
    </>
  )
}
