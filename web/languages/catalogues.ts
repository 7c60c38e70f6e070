import type { PageLanguage } from '../../server/protocol/languages.ts'
import type { audience } from './en/audience.ts'
import type { host } from './en/host.ts'
import type { Messages, Translation } from './message.ts'

/** One file for each language, so that a page loads the texts of its own only. */
type Loaders<M extends Messages> = Record<PageLanguage, () => Promise<Translation<M>>>

/** Of the pages of phones and projectors. */
export const audienceCatalogues: Loaders<typeof audience> = {
  en: async () => (await import('./en/audience.ts')).audience,
  de: async () => (await import('./de/audience.ts')).audience,
  fr: async () => (await import('./fr/audience.ts')).audience,
  es: async () => (await import('./es/audience.ts')).audience,
  pt: async () => (await import('./pt/audience.ts')).audience,
  ar: async () => (await import('./ar/audience.ts')).audience,
  hi: async () => (await import('./hi/audience.ts')).audience,
  zh: async () => (await import('./zh/audience.ts')).audience,
  'en-XA': async () => pseudo((await import('./en/audience.ts')).audience)
}

/** Of the pages of hosts. */
export const hostCatalogues: Loaders<typeof host> = {
  en: async () => (await import('./en/host.ts')).host,
  de: async () => (await import('./de/host.ts')).host,
  fr: async () => (await import('./fr/host.ts')).host,
  es: async () => (await import('./es/host.ts')).host,
  pt: async () => (await import('./pt/host.ts')).host,
  ar: async () => (await import('./ar/host.ts')).host,
  hi: async () => (await import('./hi/host.ts')).host,
  zh: async () => (await import('./zh/host.ts')).host,
  'en-XA': async () => pseudo((await import('./en/host.ts')).host)
}

async function pseudo<M extends Messages> (messages: M): Promise<Translation<M>> {
  const { pseudoTranslate } = await import('./pseudo.ts')
  return pseudoTranslate(messages)
}
