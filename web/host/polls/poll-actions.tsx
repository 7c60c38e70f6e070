import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Poll } from '../../../server/protocol/poll.ts'
import type { RoomRole } from '../../../server/protocol/room.ts'
import { areResultsShown } from '../../client/held-view.ts'
import { attempt } from '../attempt.ts'
import { mayEdit, mayRun } from '../own-role.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'

interface PollActionsProps {
  poll: Poll
  /** Takes what a command has answered. */
  set: (poll: Poll) => void
  role: RoomRole | undefined
}

/** What can be done with the poll in the state that it is in. */
export function PollActions ({ poll, set, role }: PollActionsProps) {
  const { id, status, revealed } = poll
  const dialog = useRef<HTMLDialogElement>(null)
  const isBusy = useSignal(false)

  async function run (send: () => Promise<Poll>) {
    if (isBusy.value) return
    isBusy.value = true
    await attempt(async () => { set(await send()) })
    isBusy.value = false
  }

  const button = (text: string, send: () => Promise<Poll>, isMain = false) => (
    <button type='button' class={isMain ? 'primary' : ''} aria-disabled={isBusy.value} onClick={() => { void run(send) }}>{text}</button>
  )
  if (!mayRun(role)) return null
  const canReveal = status !== 'draft' && status !== 'archived'
  const isRunning = status === 'open' || status === 'paused'
  return (
    <div class='actions'>
      {(status === 'draft' || status === 'paused') && button(t('openPoll'), () => client.polls.open(id), true)}
      {status === 'closed' && button(t('openPollAgain'), () => client.polls.open(id))}
      {status === 'open' && button(t('pausePoll'), () => client.polls.pause(id))}
      {isRunning && button(t('closePoll'), () => client.polls.close(id), status === 'open')}
      {canReveal && revealed !== true && button(t('reveal'), () => client.polls.reveal(id, true))}
      {canReveal && areResultsShown(poll, true) && button(t('hide'), () => client.polls.reveal(id, false))}
      {(isRunning || status === 'closed') && <button type='button' onClick={() => dialog.current?.showModal()}>{t('reset')}</button>}
      {(status === 'draft' || status === 'closed') && mayEdit(role) && button(t('archivePoll'), () => client.polls.archive(id))}
      {status !== 'archived' && mayEdit(role) && <a class='button' href={`/host/polls/${id}/edit`}>{t('editPoll')}</a>}
      <dialog
        ref={dialog} aria-labelledby='reset-heading'
        onClose={(event) => {
          if (event.currentTarget.returnValue === 'reset') void run(() => client.polls.reset(id))
          event.currentTarget.returnValue = ''
        }}
      >
        <form method='dialog'>
          <h2 id='reset-heading'>{t('resetTitle')}</h2>
          <p>{t('resetText')}</p>
          <div class='actions'>
            <button value='reset' class='primary'>{t('resetNow')}</button>
            <button value='' autofocus>{t('cancel')}</button>
          </div>
        </form>
      </dialog>
    </div>
  )
}
