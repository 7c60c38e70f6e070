import { client, setUser, user } from '../session.ts'
import { t } from '../text.ts'
import { ActionButton } from './action-button.tsx'

export function HostHeader () {
  async function signOut () {
    await client.auth.logout()
    setUser(null)
  }

  return (
    <header class='host-header'>
      <a class='wordmark' href='/host'>Plenum</a>
      <nav>
        <a href='/host'>{t('rooms')}</a>
        <a href='/host/account'>{user.value?.name}</a>
        {user.value?.role === 'admin' && <a href='/host/admin'>{t('administration')}</a>}
        <ActionButton class='quiet' act={signOut}>{t('signOut')}</ActionButton>
      </nav>
    </header>
  )
}
