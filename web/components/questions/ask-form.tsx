import { useSignal } from '@preact/signals'
import type { ErrorCode } from '../../../server/protocol/problem.ts'
import type { Question } from '../../../server/protocol/question.ts'
import type { Connection } from '../../client/connection.ts'
import { t } from '../../client/text.ts'
import { refusalText } from '../../client/words.ts'
import { useWriting } from '../use-writing.ts'

const maxLength = 300
const maxNameLength = 60

interface Props {
  connection: Pick<Connection, 'request'>
  roomId: string
  asked: (question: Question) => void
}

/** Asks a question of the room, with a name or without. */
export function AskForm ({ connection, roomId, asked }: Props) {
  const name = useSignal('')
  const { text, status, alert, isSending, onSubmit } = useWriting<'question:ask'>({
    maxLength,
    emptyText: t('questionFirst'),
    send: async (written) => {
      const authorName = name.value.trim()
      return await connection.request('question:ask', { roomId, text: written, ...(authorName === '' ? {} : { authorName }) })
    },
    refusalText: askRefusal,
    sent: (question) => {
      asked(question)
      return t(question.status === 'pending' ? 'questionWaits' : 'questionAsked')
    }
  })

  return (
    <form class='ask' onSubmit={onSubmit} noValidate>
      <label class='field'>
        <span>{t('yourQuestion')}</span>
        <textarea name='question' rows={2} enterkeyhint='send' value={text.value} onInput={({ currentTarget }) => { text.value = currentTarget.value.replace(/[\r\n\t]+/g, ' ') }} />
      </label>
      <label class='field'>
        <span>{t('yourNameOptional')}</span>
        <input name='authorName' type='text' maxLength={maxNameLength} autocomplete='nickname' value={name.value} onInput={({ currentTarget }) => { name.value = currentTarget.value }} />
      </label>
      <button type='submit' class='primary' aria-disabled={isSending}>{t('ask')}</button>
      <p class='hint' role='status'>{status}</p>
      <p class='alert' role='alert'>{alert}</p>
    </form>
  )
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
