import { useRoute } from 'preact-iso'
import { Loading } from './components/loading.tsx'
import { MoreButton } from './components/more-button.tsx'
import { RoomFrame } from './components/room-frame.tsx'
import { client } from './session.ts'
import { t } from './text.ts'
import { usePages } from './use-pages.ts'

export function RoomPollsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{() => <PollList roomId={roomId} />}</RoomFrame>
}

function PollList ({ roomId }: { roomId: string }) {
  const polls = usePages((cursor) => client.polls.list({ roomId, ...(cursor === undefined ? {} : { cursor }) }), [roomId])
  if (polls.data === undefined) return <Loading of={polls} />
  return (
    <>
      {polls.data.items.length === 0 && <p class='hint'>{t('noPolls')}</p>}
      <ul class='cards'>
        {polls.data.items.map(({ id, question }) => (
          <li key={id} class='card'><a href={`/host/polls/${id}`}>{question}</a></li>
        ))}
      </ul>
      <MoreButton of={polls} />
    </>
  )
}
