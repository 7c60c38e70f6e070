import { pageLanguage } from '../client/page-language.ts'
import { createTranslator } from '../../server/protocol/translator.ts'
import { hostCatalogues } from '../languages/catalogues.ts'
import type { host } from '../languages/en/host.ts'

/** The texts of the host's pages, in the language of this page. */
export const t = createTranslator<typeof host>(await hostCatalogues[pageLanguage](), pageLanguage)
