import { client, setUser, user } from '../session.ts'
import { t } from '../text.ts'
import { notify } from './notices.tsx'
import { problemText } from '../problem-text.ts'

export function HostHeader () {
  async function signOut () {
    try {
      await client.auth.logout()
      setUser(null)
    } catch (error) {
      notify(problemText(error))
    }
  }

  return (
    <header class='host-header'>
      <a class='wordmark' href='/host'>Plenum</a>
      <nav>
        <a href='/host'>{t('rooms')}</a>
        <a href='/host/account'>{user.value?.name}</a>
        {user.value?.role === 'admin' && <a href='/host/admin'>{t('administration')}</a>}
        <button type='button' class='quiet' onClick={() => { void signOut() }}>{t('signOut')}</button>
      </nav>
    </header>
  )
}
