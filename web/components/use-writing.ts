import { useSignal } from '@preact/signals'
import type { ClientEvent, ClientEventReply } from '../../server/protocol/events.ts'
import type { ErrorCode } from '../../server/protocol/problem.ts'
import type { Reply } from '../client/connection.ts'
import { countGraphemes } from '../client/graphemes.ts'
import { t } from '../client/text.ts'

interface Writing<E extends ClientEvent> {
  maxLength: number
  /** What to do first, where nothing is written. */
  emptyText: string
  send: (text: string) => Promise<Reply<E>>
  refusalText: (code: ErrorCode) => string
  /** What the server has; answers what became of it. */
  sent: (reply: ClientEventReply[E]) => string
}

/** A text that is written to the server. What is typed stays until the server has it. */
export function useWriting<E extends ClientEvent> ({ maxLength, emptyText, send, refusalText, sent }: Writing<E>) {
  const text = useSignal('')
  const status = useSignal('')
  const alert = useSignal('')
  const isSending = useSignal(false)

  function findProblem (written: string): string {
    const length = countGraphemes(written)
    if (length === 0) return emptyText
    return length > maxLength ? t('writeLess', { count: maxLength }) : ''
  }

  async function submit () {
    if (isSending.value) return
    const written = text.value.trim()
    alert.value = findProblem(written)
    if (alert.value !== '') return
    isSending.value = true
    status.value = t('sending')
    const reply = await send(written)
    isSending.value = false
    if (reply.ok) text.value = ''
    status.value = reply.ok ? sent(reply.data) : ''
    if (!reply.ok) alert.value = typeof reply.error === 'string' ? t('noAnswer') : refusalText(reply.error.code)
  }

  return {
    text,
    status: status.value,
    alert: alert.value,
    isSending: isSending.value,
    onSubmit: (event: Event) => {
      event.preventDefault()
      void submit()
    }
  }
}
