import type { ListedPoll } from '../../../server/protocol/poll.ts'
import { PlenumError } from '../../../server/protocol/problem.ts'
import type { RoomRole } from '../../../server/protocol/room.ts'
import { attempt } from '../attempt.ts'
import { notify } from '../components/notices.tsx'
import { isLeaving, removeLater } from '../removal.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { PollCard } from './poll-card.tsx'
import { copyOf } from './poll-draft.ts'
import { useDrag } from './use-drag.ts'

interface PollListProps {
  roomId: string
  role: RoomRole | undefined
  list: readonly ListedPoll[]
  reload: () => Promise<void>
  set: (list: ListedPoll[]) => void
}

/** The polls of a room in their order, which is changed with buttons or by dragging. */
export function PollList ({ roomId, role, list, reload, set }: PollListProps) {
  const shown = list.filter(({ id }) => !isLeaving(id))
  const drag = useDrag((id, to) => {
    const poll = shown.find((one) => one.id === id)
    if (poll !== undefined) act(() => place(poll, to))
  })

  /** Also after a refusal the list shows what is true. */
  function act (action: () => Promise<void>) {
    void attempt(action).then(async (isDone) => { if (!isDone) await reload() })
  }

  async function run ({ id }: ListedPoll, command: 'open' | 'close') {
    await client.polls[command](id)
    await reload()
  }

  /** @param to how many of the others are before it then */
  async function place (poll: ListedPoll, to: number) {
    if (shown.indexOf(poll) === to) return
    const next = shown.filter((one) => one !== poll)[to]
    const others = list.filter((one) => one !== poll)
    const placed = others.toSpliced(next === undefined ? others.length : others.indexOf(next), 0, poll)
    set(placed)
    try {
      await client.rooms.setPollOrder(roomId, placed.map(({ id }) => id))
    } catch (error) {
      if (!(error instanceof PlenumError && error.code === 'conflict')) throw error
      notify(t('orderChanged'))
      await reload()
      return
    }
    notify(t('pollMoved', { place: to + 1, count: shown.length }))
  }

  async function move (poll: ListedPoll, by: -1 | 1) {
    const placed = place(poll, shown.indexOf(poll) + by)
    // The button went with its poll, and lost the focus on the way.
    requestAnimationFrame(() => { document.querySelector<HTMLElement>(`#poll-${CSS.escape(poll.id)} [data-move="${by}"]`)?.focus() })
    await placed
  }

  async function duplicate (poll: ListedPoll) {
    await client.polls.create({ ...copyOf(poll), roomId })
    await reload()
    notify(t('pollDuplicated'))
  }

  function remove ({ id, revision }: ListedPoll) {
    removeLater(id, t('pollDeleted'), async () => {
      await client.polls.delete(id, revision)
      await reload()
    })
  }

  if (shown.length === 0) return <p class='hint'>{t('noPolls')}</p>
  return (
    <ol class='cards'>
      {shown.map((poll, at) => (
        <PollCard
          key={poll.id} poll={poll} role={role} isFirst={at === 0} isLast={at === shown.length - 1} grip={drag.grip(poll.id)} dragging={drag.stateOf(poll.id, shown)}
          run={(command) => { act(() => run(poll, command)) }} move={(by) => { act(() => move(poll, by)) }}
          duplicate={() => { act(() => duplicate(poll)) }} remove={() => remove(poll)}
        />
      ))}
    </ol>
  )
}
