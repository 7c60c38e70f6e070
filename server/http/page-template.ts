import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directionOf, type PageLanguage } from '../protocol/languages.ts'
import type { Html } from './plain/html.ts'

/** What the build says of each source file that became a file of its own. */
type Manifest = Readonly<Record<string, { file: string }>>

export interface PageContent {
  /** What is there before the script, or without it. */
  content?: Html
  hasScript?: boolean
}

/** A built page in a language. */
export type PageTemplate = (language: PageLanguage, page?: PageContent) => string

/** Where the catalogues of texts are, as seen from the folder of the pages. */
const catalogueFolders = { audience: '../server/protocol/languages', host: 'languages' } as const

export type LoadTemplate = (file: string, catalogues: ReadonlyArray<keyof typeof catalogueFolders>) => Promise<PageTemplate>

const emptyRoot = '<div id="app"></div>'
const scripts = /<script [^>]*><\/script>|<link rel="modulepreload"[^>]*>/g

/** @param webDir folder of the built pages, read once: a newer build beside a running server names assets that its HTML does not */
export async function openTemplates (webDir: string): Promise<LoadTemplate> {
  const manifest: Manifest = JSON.parse(await readFile(join(webDir, '.vite/manifest.json'), 'utf8'))
  return async (file, catalogues) => {
    const html = await readFile(join(webDir, file), 'utf8')
    const byLanguage = new Map<PageLanguage, string>()
    return (language, { content, hasScript = true } = {}) => {
      const page = byLanguage.get(language) ?? translatePage(html, language, catalogues.flatMap((name) => manifest[`${catalogueFolders[name]}/${language}/${name}.ts`]?.file ?? []))
      byLanguage.set(language, page)
      const filled = content === undefined ? page : page.replace(emptyRoot, () => `<div id="app">${content.text}</div>`)
      return hasScript ? filled : filled.replace(scripts, '')
    }
  }
}

/** Names the language, and has its texts loaded together with the script: the first view waits for no second round trip. */
function translatePage (html: string, language: PageLanguage, assets: readonly string[]): string {
  const preloads = assets.map((asset) => `<link rel="modulepreload" crossorigin href="/${asset}">\n    `).join('')
  return html
    .replace('<html lang="en">', `<html lang="${language}" dir="${directionOf(language)}">`)
    .replace('<script type="module"', `${preloads}<script type="module"`)
}
