import { isPageLanguage, type PageLanguage } from '../../server/protocol/languages.ts'

/** The language that the server chose for this page. */
export const pageLanguage: PageLanguage = readLanguage()

function readLanguage (): PageLanguage {
  // Outside of a browser there is no document.
  const tag = globalThis.document?.documentElement.lang ?? ''
  return isPageLanguage(tag) ? tag : 'en'
}
