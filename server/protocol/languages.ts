/** Languages of the pages by their BCP 47 tag, each with its name in itself. The first is for whoever reads none of them. */
export const languages = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  pt: 'Português',
  ar: 'العربية',
  hi: 'हिन्दी',
  zh: '中文'
} as const

/** English with longer words and accents, by which a text that nobody can translate, or that has no room to grow, is seen at once. */
export const pseudoLanguage = 'en-XA'

export type Language = keyof typeof languages
export type PageLanguage = Language | typeof pseudoLanguage

export function isPageLanguage (tag: string): tag is PageLanguage {
  return Object.hasOwn(languages, tag) || tag === pseudoLanguage
}

export function directionOf (language: PageLanguage): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr'
}
