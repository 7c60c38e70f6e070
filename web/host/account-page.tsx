import { LanguageMenu } from '../components/language-menu.tsx'
import '../styles/host-rooms.css'
import { ApiKeys } from './account/api-keys.tsx'
import { DeleteAccount } from './account/delete-account.tsx'
import { PasswordForm } from './account/password-form.tsx'
import { ActionButton } from './components/action-button.tsx'
import { client, setUser, user } from './session.ts'
import { t } from './text.ts'
import { usePageTitle } from './use-page-title.ts'

export function AccountPage () {
  usePageTitle(t('account'))

  async function signOutEverywhere () {
    await client.auth.endSessions()
    setUser(null)
  }

  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('account')}</h1>
      <p>{user.value?.name}<br /><span class='hint' dir='ltr'>{user.value?.email}</span></p>
      <section aria-labelledby='language'>
        <h2 id='language'>{t('language')}</h2>
        <LanguageMenu />
      </section>
      <PasswordForm />
      <section aria-labelledby='sessions'>
        <h2 id='sessions'>{t('signOutEverywhere')}</h2>
        <p>{t('signOutEverywhereRule')}</p>
        <div class='actions'><ActionButton act={signOutEverywhere}>{t('signOutEverywhere')}</ActionButton></div>
      </section>
      <ApiKeys />
      <DeleteAccount />
    </main>
  )
}
