import type { AccessCodeEntry } from '../client/access-code-entry.ts'
import { t } from '../client/text.ts'

/** For a room in which only those vote who were given a one-time code. */
export function AccessCodeForm ({ entry: { typed, alert, send } }: { entry: AccessCodeEntry }) {
  return (
    <form class='admission' onSubmit={(event) => { event.preventDefault(); void send() }}>
      <label class='field'>
        {t('accessCode')}
        <input name='accessCode' required maxLength={40} autocomplete='off' autocapitalize='characters' spellcheck={false} value={typed.value} onInput={({ currentTarget }) => { typed.value = currentTarget.value }} />
      </label>
      <button class='primary'>{t('useCode')}</button>
      <p class='alert' role='alert'>{alert.value}</p>
    </form>
  )
}
