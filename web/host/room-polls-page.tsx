import { useSignal } from '@preact/signals'
import { useRoute } from 'preact-iso'
import type { Poll } from '../../server/protocol/poll.ts'
import { PlenumError } from '../../server/protocol/problem.ts'
import type { RoomRole } from '../../server/protocol/room.ts'
import '../styles/host-polls.css'
import { Loading } from './components/loading.tsx'
import { deleteLater, notify } from './components/notices.tsx'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayEdit } from './own-role.ts'
import { copyOf } from './polls/poll-draft.ts'
import { ImportForm } from './polls/import-form.tsx'
import { PollCard } from './polls/poll-card.tsx'
import { templates } from './polls/poll-templates.ts'
import { useLivePolls } from './polls/use-live-polls.ts'
import { problemText } from './problem-text.ts'
import { client } from './session.ts'
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

interface PollListProps {
  roomId: string
  role: RoomRole | undefined
  list: Poll[]
  reload: () => Promise<void>
  set: (list: Poll[]) => void
}

function PollList ({ roomId, role, list, reload, set }: PollListProps) {
  const hidden = useSignal<readonly string[]>([])
  const shown = list.filter(({ id }) => !hidden.value.includes(id))

  async function attempt (action: () => Promise<void>) {
    try {
      await action()
    } catch (error) {
      notify(problemText(error))
      await reload()
    }
  }

  async function run (poll: Poll, command: 'open' | 'close') {
    const changed = await client.polls[command](poll.id)
    set(list.map((one) => one.id === changed.id ? changed : one))
  }

  async function move (poll: Poll, by: -1 | 1) {
    const neighbour = shown[shown.indexOf(poll) + by]
    if (neighbour === undefined) return
    const others = list.filter((one) => one !== poll)
    const moved = others.toSpliced(others.indexOf(neighbour) + (by === 1 ? 1 : 0), 0, poll)
    set(moved)
    // The button went with its poll, and lost the focus on the way.
    requestAnimationFrame(() => { document.querySelector<HTMLElement>(`#poll-${CSS.escape(poll.id)} [data-move="${by}"]`)?.focus() })
    try {
      await client.rooms.setPollOrder(roomId, moved.map(({ id }) => id))
    } catch (error) {
      if (!(error instanceof PlenumError && error.code === 'conflict')) throw error
      notify(t('orderChanged'))
      await reload()
      return
    }
    notify(t('pollMoved', { place: moved.filter(({ id }) => !hidden.value.includes(id)).indexOf(poll) + 1, count: shown.length }))
  }

  async function duplicate (poll: Poll) {
    const copy = await client.polls.create({ ...copyOf(poll), roomId })
    set([...list, copy])
    notify(t('pollDuplicated'))
  }

  function remove ({ id, revision }: Poll) {
    hidden.value = [...hidden.value, id]
    deleteLater(t('pollDeleted'), {
      remove: async () => {
        await client.polls.delete(id, revision)
        await reload()
      },
      restore: () => { hidden.value = hidden.value.filter((one) => one !== id) }
    })
  }

  if (shown.length === 0) return <p class='hint'>{t('noPolls')}</p>
  return (
    <ol class='cards'>
      {shown.map((poll, at) => (
        <PollCard
          key={poll.id} poll={poll} role={role} isFirst={at === 0} isLast={at === shown.length - 1}
          run={(command) => { void attempt(() => run(poll, command)) }} move={(by) => { void attempt(() => move(poll, by)) }}
          duplicate={() => { void attempt(() => duplicate(poll)) }} remove={() => remove(poll)}
        />
      ))}
    </ol>
  )
}
