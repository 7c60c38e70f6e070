import type { ListedPoll } from '../../../server/protocol/poll.ts'
import type { RoomRole } from '../../../server/protocol/room.ts'
import { mayEdit, mayRun } from '../own-role.ts'
import { t } from '../text.ts'
import { kindNames, statusNames } from './poll-words.ts'
import type { DragState, GripHandlers } from './use-drag.ts'

interface PollCardProps {
  poll: ListedPoll
  role: RoomRole | undefined
  isFirst: boolean
  isLast: boolean
  grip: GripHandlers
  dragging: DragState
  run: (command: 'open' | 'close') => void
  move: (by: -1 | 1) => void
  duplicate: () => void
  remove: () => void
}

/** One poll in the list of its room. */
export function PollCard ({ poll, role, isFirst, isLast, grip, dragging: { offset, mark }, run, move, duplicate, remove }: PollCardProps) {
  const { id, question, kind, status, correct, voters } = poll
  return (
    <li class='card poll-card' id={`poll-${id}`} data-dragged={offset !== undefined} data-drop={mark} style={{ '--offset': `${offset ?? 0}px` }}>
      <a href={`/host/polls/${id}`}>{question}</a>
      <p class='poll-facts'>
        <span class='mark' data-status={status}>{statusNames[status]}</span>
        <span>{kindNames[kind]}</span>
        {correct !== undefined && <span>{t('quiz')}</span>}
        {status !== 'draft' && voters !== undefined && <span>{t('pollVoters', { count: voters })}</span>}
      </p>
      {mayRun(role) && (
        <div class='actions'>
          {status !== 'archived' && (status === 'open'
            ? <button type='button' onClick={() => run('close')}>{t('closePoll')}</button>
            : <button type='button' class='primary' onClick={() => run('open')}>{status === 'closed' ? t('openPollAgain') : t('openPoll')}</button>)}
          {mayEdit(role) && (
            <>
              {status !== 'archived' && <a class='button' href={`/host/polls/${id}/edit`}>{t('editPoll')}</a>}
              <button type='button' onClick={duplicate} aria-label={t('duplicateNamed', { question })}>{t('duplicate')}</button>
              <button type='button' onClick={remove} aria-label={t('deleteNamed', { question })}>{t('delete')}</button>
              <span class='move'>
                <span class='grip' aria-hidden='true' title={t('dragToMove')} {...grip}>≡</span>
                <button type='button' data-repeats data-move='-1' aria-disabled={isFirst} onClick={() => { if (!isFirst) move(-1) }} aria-label={t('moveUpNamed', { question })} title={t('moveUp')}>↑</button>
                <button type='button' data-repeats data-move='1' aria-disabled={isLast} onClick={() => { if (!isLast) move(1) }} aria-label={t('moveDownNamed', { question })} title={t('moveDown')}>↓</button>
              </span>
            </>
          )}
        </div>
      )}
    </li>
  )
}
