import type { PageLanguage } from '../../server/protocol/languages.ts'
import type { host } from './en/host.ts'
import type { Messages, Translation } from './message.ts'

type Loaders<M extends Messages> = Record<PageLanguage, () => Promise<Translation<M>>>

/** One file for each language, so that a page loads the texts of its own only. */
export const hostCatalogues: Loaders<typeof host> = {
  en: async () => (await import('./en/host.ts')).host,
  de: async () => (await import('./en/host.ts')).host,
  fr: async () => (await import('./en/host.ts')).host,
  es: async () => (await import('./en/host.ts')).host,
  pt: async () => (await import('./en/host.ts')).host,
  ar: async () => (await import('./en/host.ts')).host,
  hi: async () => (await import('./en/host.ts')).host,
  zh: async () => (await import('./en/host.ts')).host,
  'en-XA': async () => pseudo((await import('./en/host.ts')).host)
}

async function pseudo<M extends Messages> (messages: M): Promise<Translation<M>> {
  const { pseudoTranslate } = await import('./pseudo.ts')
  return pseudoTranslate(messages)
}
