import { useSignal } from '@preact/signals'
import { useContext } from 'preact/hooks'
import { PlenumError } from '../../server/protocol/problem.ts'
import { t } from '../client/text.ts'
import { Viewer } from '../client/viewer.ts'

/** Chooses what the voter is called on the leaderboard. */
export function NameForm ({ roomId, named }: { roomId: string, named: () => void }) {
  const viewer = useContext(Viewer)
  const name = useSignal('')
  const status = useSignal('')
  const alert = useSignal('')

  async function save (event: Event) {
    event.preventDefault()
    status.value = ''
    alert.value = ''
    try {
      await viewer.scores.setName(roomId, name.value.trim())
      status.value = t('nameSaved')
      named()
    } catch (error) {
      alert.value = t(error instanceof PlenumError && error.code === 'validation_failed' ? 'nameInvalid' : 'noAnswer')
    }
  }

  return (
    <form class='admission' onSubmit={(event) => { void save(event) }}>
      <label class='field'>
        <span>{t('yourNickname')}</span>
        <input name='nickname' type='text' required maxLength={60} autocomplete='nickname' value={name.value} onInput={({ currentTarget }) => { name.value = currentTarget.value }} />
      </label>
      <button class='button'>{t('saveName')}</button>
      <p class='hint' role='status'>{status.value}</p>
      <p class='alert' role='alert'>{alert.value}</p>
    </form>
  )
}
