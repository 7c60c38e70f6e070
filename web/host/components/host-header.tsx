import { languages } from '../../../server/protocol/languages.ts'
import { pageLanguage } from '../../client/page-language.ts'
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

/** Another language is another page: the server keeps the choice. */
export function LanguageMenu () {
  return (
    <nav class='languages' aria-label={t('language')}>
      {Object.entries(languages).map(([tag, name]) => (
        <a key={tag} href={`?lang=${tag}`} lang={tag} hreflang={tag} aria-current={tag === pageLanguage ? 'true' : undefined} onClick={goThere}>{name}</a>
      ))}
    </nav>
  )
}

function goThere (event: MouseEvent & { currentTarget: HTMLAnchorElement }) {
  // Not a page within this one.
  event.preventDefault()
  event.stopPropagation()
  location.assign(event.currentTarget.href)
}
