import { languages } from '../../server/protocol/languages.ts'
import { pageLanguage } from '../client/page-language.ts'
import { t } from '../client/text.ts'

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
