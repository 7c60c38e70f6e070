import { useSignal } from '@preact/signals'
import type { Question } from '../../../server/protocol/question.ts'
import type { Connection } from '../../client/connection.ts'
import type { LiveRoom } from '../../client/live-room.ts'
import { t } from '../../client/text.ts'
import { refusalText } from '../../client/words.ts'
import { AskForm } from './ask-form.tsx'
import { QuestionRow } from './question-row.tsx'

interface Props {
  connection: Connection
  liveRoom: LiveRoom
  /** Whether there is nothing else to do on the page. */
  isOpen: boolean
}

type Order = 'votes' | 'newest'

/** What the audience asks: one's own questions, everybody's, and a form to ask another. Nothing in a room without questions. */
export function PhoneQuestions ({ connection, liveRoom: { room, questions }, isOpen }: Props) {
  const order = useSignal<Order>('votes')
  const busy = useSignal<ReadonlySet<string>>(new Set())
  const alert = useSignal('')
  const shown = questions.shown.value
  const roomId = room.value?.id
  if (shown === null || roomId === undefined) return null

  async function toggle ({ id }: Question) {
    if (busy.value.has(id)) return
    busy.value = new Set([...busy.value, id])
    alert.value = ''
    const reply = await connection.request(questions.myVotes.value.has(id) ? 'question:unvote' : 'question:vote', { questionId: id })
    busy.value = new Set([...busy.value].filter((other) => other !== id))
    if (reply.ok) questions.recordVote(reply.data)
    else alert.value = typeof reply.error === 'string' ? t('noAnswer') : refusalText(reply.error.code)
  }

  const waiting = questions.mine.value.filter(({ status }) => status === 'pending' || status === 'dismissed')
  return (
    <details class='questions' open={isOpen}>
      <summary><h2>{t('questions')}</h2> <span class='hint'>{t('questionCount', { count: shown.total })}</span></summary>
      <AskForm connection={connection} roomId={roomId} asked={questions.recordAsked} />
      {waiting.length > 0 && (
        <ul class='own-questions' aria-label={t('yourQuestions')}>
          {waiting.map(({ id, text, status }) => <li key={id}>{text} <span class='mark'>{t(status === 'pending' ? 'questionPending' : 'questionDismissed')}</span></li>)}
        </ul>
      )}
      <OrderChoice order={order.value} choose={(chosen) => { order.value = chosen }} />
      <p class='alert' role='alert'>{alert.value}</p>
      <ol class='question-list'>
        {sorted(shown.items, order.value).map((question) => (
          <QuestionRow
            key={question.id} question={question}
            vote={{ isCast: questions.myVotes.value.has(question.id), isBusy: busy.value.has(question.id), toggle: () => { void toggle(question) } }}
          />
        ))}
      </ol>
      {shown.total > shown.items.length && <p class='hint'>{t('questionsFirst', { count: shown.items.length })}</p>}
    </details>
  )
}

function OrderChoice ({ order, choose }: { order: Order, choose: (order: Order) => void }) {
  return (
    <fieldset class='order-choice'>
      <legend class='visually-hidden'>{t('questionOrder')}</legend>
      {(['votes', 'newest'] as const).map((choice) => (
        <label key={choice}>
          <input type='radio' name='order' checked={order === choice} onChange={() => choose(choice)} />
          <span>{t(choice === 'votes' ? 'mostVotes' : 'newest')}</span>
        </label>
      ))}
    </fieldset>
  )
}

/** By votes is the server's order. Whoever waits for a moderator is not among everybody's. */
function sorted (items: readonly Question[], order: Order): Question[] {
  const open = items.filter(({ status }) => status === 'open' || status === 'answered')
  return order === 'votes' ? open : open.toSorted((a, b) => b.createdAt < a.createdAt ? -1 : 1)
}
