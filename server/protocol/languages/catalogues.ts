import type { PageLanguage } from '../languages.ts'
import type { audience } from './en/audience.ts'
import type { plain } from './en/plain.ts'
import type { Messages, Translation } from './message.ts'

/** One file for each language, so that a page loads the texts of its own only. */
export type Loaders<M extends Messages> = Record<PageLanguage, () => Promise<Translation<M>>>

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
  'en-XA': async () => await pseudo((await import('./en/audience.ts')).audience)
}

/** Of what only pages without a script say. */
export const plainCatalogues: Loaders<typeof plain> = {
  en: async () => (await import('./en/plain.ts')).plain,
  de: async () => (await import('./de/plain.ts')).plain,
  fr: async () => (await import('./fr/plain.ts')).plain,
  es: async () => (await import('./es/plain.ts')).plain,
  pt: async () => (await import('./pt/plain.ts')).plain,
  ar: async () => (await import('./ar/plain.ts')).plain,
  hi: async () => (await import('./hi/plain.ts')).plain,
  zh: async () => (await import('./zh/plain.ts')).plain,
  'en-XA': async () => await pseudo((await import('./en/plain.ts')).plain)
}

export async function pseudo<M extends Messages> (messages: M): Promise<Translation<M>> {
  const { pseudoTranslate } = await import('./pseudo.ts')
  return pseudoTranslate(messages)
}
