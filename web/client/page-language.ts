import { isPageLanguage, type PageLanguage } from '../../server/protocol/languages.ts'

/** The language that the server chose for this page. */
export const pageLanguage: PageLanguage = readLanguage()

function readLanguage (): PageLanguage {
  // Outside of a browser there is none.
  const page: { documentElement: { lang: string } } | undefined = Reflect.get(globalThis, 'document')
  const tag = page?.documentElement.lang ?? ''
  return isPageLanguage(tag) ? tag : 'en'
}
