import { useRoute } from 'preact-iso'
import '../styles/questions.css'
import type { Question, QuestionStatus } from '../../server/protocol/question.ts'
import { attempt } from './attempt.ts'
import { Loading } from './components/loading.tsx'
import { RoomFrame, type Framed } from './components/room-frame.tsx'
import { mayRun } from './own-role.ts'
import { QuestionActions, type Act } from './questions/question-actions.tsx'
import { QuestionList } from './questions/question-list.tsx'
import { isLeaving } from './removal.ts'
import { client } from './session.ts'
import { t } from './text.ts'
import { usePages, type LoadedPages } from './use-pages.ts'
import { useReloading } from './use-reloading.ts'

const pageSize = 50

/** What the audience asks, for those who moderate it. */
export function QuestionsPage () {
  const { roomId = '' } = useRoute().params
  return <RoomFrame roomId={roomId}>{(framed) => <Moderation key={roomId} {...framed} />}</RoomFrame>
}

function Moderation ({ room: { id, questionsMode }, role, liveRoom }: Framed) {
  const lists: Record<QuestionStatus, LoadedPages<Question>> = {
    pending: useQuestions(id, 'pending'),
    open: useQuestions(id, 'open'),
    answered: useQuestions(id, 'answered'),
    dismissed: useQuestions(id, 'dismissed'),
    merged: useQuestions(id, 'merged')
  }
  const all = Object.values(lists)
  const reload = async () => { await Promise.all(all.map(async (list) => { await list.reload() })) }
  // What could not be read is read again, also where nothing has changed since.
  useReloading(reload, () => all.some(({ error }) => error !== undefined) ? undefined : liveRoom?.questions.shown.peek()?.version)

  const missing = all.find(({ data }) => data === undefined)
  if (missing !== undefined) return <Loading of={missing} />
  const act: Act = (change) => {
    void attempt(async () => {
      await change()
      await reload()
    })
  }
  const itemsOf = (status: QuestionStatus) => lists[status].data?.items.filter((question) => !isLeaving(question.id)) ?? []
  const open = itemsOf('open')
  return (
    <>
      {questionsMode === 'off' && <p class='note'>{t('questionsAreOff')}</p>}
      {groups.map(({ title, statuses }) => statuses.some((status) => itemsOf(status).length > 0) && (
        <section key={title} aria-labelledby={`questions-${title}`}>
          <h2 id={`questions-${title}`}>{t(title)}</h2>
          {statuses.map((status) => (
            <QuestionList key={status} of={lists[status]} questions={itemsOf(status)}>
              {(question) => mayRun(role) && <QuestionActions question={question} others={open.filter((other) => other.id !== question.id)} act={act} />}
            </QuestionList>
          ))}
        </section>
      ))}
      {all.every(({ data }) => data?.items.length === 0) && <p class='hint'>{t('noQuestionsYet')}</p>}
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

/** By pins, votes and age; of those that wait, who has waited longest is first. */
function useQuestions (roomId: string, status: QuestionStatus): LoadedPages<Question> {
  return usePages((cursor) => client.questions.list(roomId, { status, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }), [roomId, status])
}
