import { useRoute } from 'preact-iso'
import '../styles/questions.css'
import type { Question, QuestionStatus } from '../../server/protocol/question.ts'
import type { Room } from '../../server/protocol/room.ts'
import { QuestionRow } from '../components/questions/question-row.tsx'
import { attempt } from './attempt.ts'
import { Loading } from './components/loading.tsx'
import { RoomFrame } from './components/room-frame.tsx'
import { isLeaving, removeLater } from './removal.ts'
import { client } from './session.ts'
import { t } from './text.ts'
import { useLoad } from './use-load.ts'
import { useReloading } from './use-reloading.ts'

const listed = 100

/** What the audience asks, for those who moderate it. */
export function QuestionsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(room) => <Moderation room={room} />}</RoomFrame>
}

function Moderation ({ room: { id, questionsMode } }: { room: Room }) {
  const questions = useLoad(async () => (await client.questions.list(id, { limit: listed, sort: 'votes' })).items, [id])
  useReloading(questions)

  if (questions.data === undefined) return <Loading of={questions} />
  const all = questions.data.filter((question) => !isLeaving(question.id))
  const act = (change: () => Promise<unknown>) => {
    void attempt(async () => {
      await change()
      await questions.reload()
    })
  }
  return (
    <>
      {questionsMode === 'off' && <p class='note'>{t('questionsAreOff')}</p>}
      {groups.map(({ title, statuses }) => {
        const group = all.filter(({ status }) => statuses.includes(status))
        return group.length === 0
          ? null
          : (
            <section key={title} aria-labelledby={`questions-${title}`}>
              <h2 id={`questions-${title}`}>{t(title)}</h2>
              <ol class='question-list'>
                {group.map((question) => (
                  <QuestionRow key={question.id} question={question}>
                    <QuestionActions question={question} others={all.filter(({ id, status }) => id !== question.id && status === 'open')} act={act} />
                  </QuestionRow>
                ))}
              </ol>
            </section>
            )
      })}
      {all.length === 0 && <p class='hint'>{t('noQuestionsYet')}</p>}
      <p class='actions'>
        {['csv', 'json', 'ndjson'].map((format) => (
          <a key={format} class='button' download href={`/api/v1/rooms/${id}/questions/export?format=${format}`}>{t('exportAs', { what: t('tabQuestions'), format: format.toUpperCase() })}</a>
        ))}
      </p>
    </>
  )
}

const groups: readonly { title: 'questionsWaiting' | 'questionsOpen' | 'questionsDone', statuses: readonly QuestionStatus[] }[] = [
  { title: 'questionsWaiting', statuses: ['pending'] },
  { title: 'questionsOpen', statuses: ['open'] },
  { title: 'questionsDone', statuses: ['answered', 'dismissed', 'merged'] }
]

interface QuestionActionsProps {
  question: Question
  /** Those that it may be merged into. */
  others: readonly Question[]
  act: (change: () => Promise<unknown>) => void
}

function QuestionActions ({ question: { id, text, status, isPinned }, others, act }: QuestionActionsProps) {
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
