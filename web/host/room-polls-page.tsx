import { useRoute } from 'preact-iso'
import '../styles/host-polls.css'
import { Loading } from './components/loading.tsx'
import { RoomFrame } from './components/room-frame.tsx'
import { ImportForm } from './polls/import-form.tsx'
import { PollList } from './polls/poll-list.tsx'
import { templates } from './polls/poll-templates.ts'
import { useRoomPolls } from './polls/use-room-polls.ts'
import { t } from './text.ts'

export function RoomPollsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{() => <RoomPolls roomId={roomId} />}</RoomFrame>
}

function RoomPolls ({ roomId }: { roomId: string }) {
  const polls = useRoomPolls(roomId)
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
        <ImportForm roomId={roomId} imported={polls.reload} />
      </details>
      {polls.data === undefined ? <Loading of={polls} /> : <PollList roomId={roomId} list={polls.data} reload={polls.reload} set={polls.set} />}
    </>
  )
}
