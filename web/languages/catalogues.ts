import { pseudo, type Loaders } from '../../server/protocol/languages/catalogues.ts'
import type { host } from './en/host.ts'

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
  'en-XA': async () => await pseudo((await import('./en/host.ts')).host)
}
