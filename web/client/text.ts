import { audienceCatalogues } from '../languages/catalogues.ts'
import type { audience } from '../languages/en/audience.ts'
import { pageLanguage } from './page-language.ts'
import { createTranslator } from './translator.ts'

/** The texts of phones and projectors, in the language of this page. */
export const t = createTranslator<typeof audience>(await audienceCatalogues[pageLanguage](), pageLanguage)

export type TextKey = keyof typeof audience
