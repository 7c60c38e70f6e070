import { audienceCatalogues } from '../../server/protocol/languages/catalogues.ts'
import type { audience } from '../../server/protocol/languages/en/audience.ts'
import { createTranslator } from '../../server/protocol/translator.ts'
import { pageLanguage } from './page-language.ts'

/** The texts of phones and projectors, in the language of this page. */
export const t = createTranslator<typeof audience>(await audienceCatalogues[pageLanguage](), pageLanguage)

export type TextKey = keyof typeof audience
