import type { Poll } from '../../server/protocol/poll.ts'
import type { Connection } from '../client/connection.ts'
import { t } from '../client/text.ts'
import { refusalText } from '../client/words.ts'
import { useWriting } from './use-writing.ts'

const maxLength = 120

interface Props {
  connection: Pick<Connection, 'request'>
  poll: Poll
  /** Chooses what is an option now. */
  choose: (optionId: number) => void
}

/** Suggests an option of the poll. */
export function SuggestForm ({ connection, poll, choose }: Props) {
  const { text, status, alert, isSending, onSubmit } = useWriting<'option:suggest'>({
    maxLength,
    emptyText: t('suggestionFirst'),
    send: async (written) => await connection.request('option:suggest', { pollId: poll.id, text: written }),
    refusalText: (code) => code === 'conflict' ? t('suggestionTooMany') : refusalText(code, { kind: 'text', access: undefined }),
    sent: ({ status, optionId }) => {
      if (optionId !== undefined) choose(optionId)
      return t(outcomes[status])
    }
  })
  return (
    <form class='ask suggest' onSubmit={onSubmit} noValidate>
      <label class='field'>
        <span>{t('suggestOption')}</span>
        <input name='suggestion' type='text' dir='auto' autocomplete='off' enterkeyhint='send' value={text.value} onInput={({ currentTarget }) => { text.value = currentTarget.value }} />
      </label>
      <button type='submit' aria-disabled={isSending}>{t('suggest')}</button>
      <p class='hint' role='status'>{status}</p>
      <p class='alert' role='alert'>{alert}</p>
    </form>
  )
}

const outcomes = { accepted: 'suggestionAdded', pending: 'suggestionWaits', dismissed: 'suggestionDismissed' } as const
