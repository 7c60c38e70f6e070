import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { isSignedIn, signIn, type SignIn } from '../client/account.ts'
import type { Connection } from '../client/connection.ts'
import { t, type TextKey } from '../client/text.ts'

const problemKeys = {
  wrong: 'signInWrong',
  locked: 'signInLocked',
  too_many: 'codeTooMany',
  unreachable: 'noAnswer'
} as const satisfies Record<Exclude<SignIn, 'signed_in'>, TextKey>

/** For a room in which people vote with their accounts; nothing for who has signed in. */
export function SignInForm ({ connection }: { connection: Connection }) {
  const isKnown = useSignal<boolean | undefined>(undefined)
  const email = useSignal('')
  const password = useSignal('')
  const alert = useSignal('')
  const isSending = useSignal(false)

  useEffect(() => { void isSignedIn().then((answer) => { isKnown.value = answer }) }, [])

  async function send (event: Event) {
    event.preventDefault()
    if (isSending.value) return
    isSending.value = true
    alert.value = ''
    const outcome = await signIn(email.value, password.value)
    isSending.value = false
    if (outcome !== 'signed_in') {
      alert.value = t(problemKeys[outcome])
      return
    }
    password.value = ''
    isKnown.value = true
    connection.restart()
  }

  // A session may end at any time; then the vote is refused.
  if (isKnown.value !== false && connection.voteRefusal.value !== 'unauthenticated') return null
  return (
    <form class='admission' aria-labelledby='sign-in-reason' onSubmit={(event) => { void send(event) }}>
      <p id='sign-in-reason'>{t('signInReason')}</p>
      <label class='field'>
        {t('email')}
        <input name='email' type='email' required maxLength={254} autocomplete='username' value={email.value} onInput={({ currentTarget }) => { email.value = currentTarget.value }} />
      </label>
      <label class='field'>
        {t('password')}
        <input name='password' type='password' required maxLength={200} autocomplete='current-password' value={password.value} onInput={({ currentTarget }) => { password.value = currentTarget.value }} />
      </label>
      <button class='primary'>{t('signIn')}</button>
      <p class='alert' role='alert'>{alert.value}</p>
    </form>
  )
}
