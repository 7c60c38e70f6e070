import { useSignal } from '@preact/signals'
import type { Connection } from '../client/connection.ts'
import { t } from '../client/text.ts'

const refused = t('accessCodeRefused')
const unanswered = t('noAnswer')

/** For a room in which only those vote who were given a one-time code. */
export function AccessCodeForm ({ connection }: { connection: Connection }) {
  const typed = useSignal('')
  const alert = useSignal('')

  async function send (event: Event) {
    event.preventDefault()
    alert.value = ''
    const isTaken = await connection.redeem(typed.value.trim())
    if (isTaken !== true) alert.value = isTaken === false ? refused : unanswered
  }

  return (
    <form class='access-code' onSubmit={(event) => { void send(event) }}>
      <label>
        {t('accessCode')}
        <input name='accessCode' required maxLength={40} autocomplete='off' autocapitalize='characters' spellcheck={false} value={typed.value} onInput={({ currentTarget }) => { typed.value = currentTarget.value }} />
      </label>
      <button class='button'>{t('useCode')}</button>
      <p class='alert' role='alert'>{alert.value}</p>
    </form>
  )
}
