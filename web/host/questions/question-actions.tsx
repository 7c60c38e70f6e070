import type { Question } from '../../../server/protocol/question.ts'
import { removeLater } from '../removal.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'

/** Does it, tells why it could not be done, and shows what became of it. */
export type Act = (change: () => Promise<unknown>) => void

interface QuestionActionsProps {
  question: Question
  /** Those that it may be merged into. */
  others: readonly Question[]
  act: Act
}

export function QuestionActions ({ question: { id, text, status, isPinned }, others, act }: QuestionActionsProps) {
  const button = (name: string, change: () => Promise<unknown>, isMain = false) => (
    <button type='button' class={isMain ? 'primary' : ''} aria-label={t('questionAction', { action: name, text })} onClick={() => act(change)}>{name}</button>
  )
  return (
    <div class='actions'>
      {status === 'pending' && button(t('approve'), () => client.questions.edit(id, { status: 'open' }), true)}
      {status === 'open' && button(t('markAnswered'), () => client.questions.edit(id, { status: 'answered' }), true)}
      {(status === 'open' || status === 'answered') && button(t(isPinned ? 'unpin' : 'pin'), () => client.questions.edit(id, { isPinned: !isPinned }))}
      {(status === 'answered' || status === 'dismissed') && button(t('openQuestion'), () => client.questions.edit(id, { status: 'open' }))}
      {(status === 'pending' || status === 'open') && button(t('dismiss'), () => client.questions.edit(id, { status: 'dismissed' }))}
      {status === 'merged' && button(t('unmerge'), () => client.questions.unmerge(id))}
      {status !== 'merged' && <button type='button' aria-label={t('questionAction', { action: t('delete'), text })} onClick={() => removeLater(id, t('questionDeleted'), () => client.questions.delete(id))}>{t('delete')}</button>}
      {status === 'open' && others.length > 0 && (
        <label class='field'>
          <span class='visually-hidden'>{t('mergeInto')}</span>
          <select
            value=''
            onChange={({ currentTarget }) => {
              const into = currentTarget.value
              currentTarget.value = ''
              if (into !== '') act(() => client.questions.merge(id, into))
            }}
          >
            <option value=''>{t('mergeInto')}</option>
            {others.map((other) => <option key={other.id} value={other.id}>{other.text}</option>)}
          </select>
        </label>
      )}
    </div>
  )
}
