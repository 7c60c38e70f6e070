import { useSignal } from '@preact/signals'
import type { ErrorCode } from '../../../server/protocol/problem.ts'
import type { Question } from '../../../server/protocol/question.ts'
import { countGraphemes } from '../../client/graphemes.ts'
import type { Connection } from '../../client/connection.ts'
import { t } from '../../client/text.ts'
import { refusalText } from '../../client/words.ts'

const maxLength = 300
const maxNameLength = 60

interface Props {
  connection: Pick<Connection, 'request'>
  roomId: string
  asked: (question: Question) => void
}

/** Asks a question of the room, with a name or without. What is typed stays until the server has it. */
export function AskForm ({ connection, roomId, asked }: Props) {
  const text = useSignal('')
  const name = useSignal('')
  const status = useSignal('')
  const alert = useSignal('')
  const isSending = useSignal(false)

  async function ask (event: Event) {
    event.preventDefault()
    if (isSending.value) return
    alert.value = findProblem(text.value)
    if (alert.value !== '') return
    isSending.value = true
    status.value = t('sending')
    const authorName = name.value.trim()
    const reply = await connection.request('question:ask', { roomId, text: text.value.trim(), ...(authorName === '' ? {} : { authorName }) })
    isSending.value = false
    status.value = ''
    if (!reply.ok) {
      alert.value = typeof reply.error === 'string' ? t('noAnswer') : askRefusal(reply.error.code)
      return
    }
    text.value = ''
    status.value = t(reply.data.status === 'pending' ? 'questionWaits' : 'questionAsked')
    asked(reply.data)
  }

  return (
    <form class='ask' onSubmit={(event) => { void ask(event) }} noValidate>
      <label class='field'>
        <span>{t('yourQuestion')}</span>
        <textarea name='question' rows={2} enterkeyhint='send' value={text.value} onInput={({ currentTarget }) => { text.value = currentTarget.value.replace(/[\r\n\t]+/g, ' ') }} />
      </label>
      <label class='field'>
        <span>{t('yourNameOptional')}</span>
        <input name='authorName' type='text' maxLength={maxNameLength} autocomplete='nickname' value={name.value} onInput={({ currentTarget }) => { name.value = currentTarget.value }} />
      </label>
      <button type='submit' class='primary' aria-disabled={isSending.value}>{t('ask')}</button>
      <p class='hint' role='status'>{status.value}</p>
      <p class='alert' role='alert'>{alert.value}</p>
    </form>
  )
}

function findProblem (text: string): string {
  const length = countGraphemes(text.trim())
  if (length === 0) return t('questionFirst')
  return length > maxLength ? t('writeLess', { count: maxLength }) : ''
}

/** Where a question needs other words than a vote. */
const refusalKeys: Partial<Record<ErrorCode, 'questionTooMany' | 'questionInvalid' | 'questionForbidden'>> = {
  conflict: 'questionTooMany',
  validation_failed: 'questionInvalid',
  forbidden: 'questionForbidden'
}

function askRefusal (code: ErrorCode): string {
  const key = refusalKeys[code]
  return key === undefined ? refusalText(code) : t(key)
}
