import { createHash } from 'node:crypto'
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

export interface PageTemplate {
  /** The built page in a language. */
  draw (language: PageLanguage, page?: PageContent): string
  /** The sheet within the page, as its policy has to name it; none where sheets are files. */
  styleSources: readonly string[]
}

/** Where the catalogues of texts are, as seen from the folder of the pages. */
const catalogueFolders = { audience: '../server/protocol/languages', host: 'languages' } as const

export interface TemplateOptions {
  catalogues: ReadonlyArray<keyof typeof catalogueFolders>
  /** Puts the sheet into the page: nothing that the server draws is on the screen before it. */
  hasOwnSheet?: boolean
}

export type LoadTemplate = (file: string, options: TemplateOptions) => Promise<PageTemplate>

const emptyRoot = '<div id="app"></div>'
const sheetLink = /<link rel="stylesheet" crossorigin href="\/([^"]+)">/
const scripts = /<script [^>]*><\/script>|<link rel="modulepreload"[^>]*>/g

/** @param webDir folder of the built pages, read once: a newer build beside a running server names assets that its HTML does not */
export async function openTemplates (webDir: string): Promise<LoadTemplate> {
  const manifest: Manifest = JSON.parse(await readFile(join(webDir, '.vite/manifest.json'), 'utf8'))
  return async (file, { catalogues, hasOwnSheet = false }) => {
    const built = await readFile(join(webDir, file), 'utf8')
    const [link = '', address = ''] = sheetLink.exec(built) ?? []
    const sheet = hasOwnSheet ? await readFile(join(webDir, address), 'utf8') : undefined
    const html = sheet === undefined ? built : built.replace(link, () => `<style>${sheet}</style>`)
    const byLanguage = new Map<PageLanguage, string>()
    return {
      styleSources: sheet === undefined ? [] : [`'sha256-${createHash('sha256').update(sheet).digest('base64')}'`],
      draw (language, { content, hasScript = true } = {}) {
        const page = byLanguage.get(language) ?? translatePage(html, language, catalogues.flatMap((name) => manifest[`${catalogueFolders[name]}/${language}/${name}.ts`]?.file ?? []))
        byLanguage.set(language, page)
        const filled = content === undefined ? page : page.replace(emptyRoot, () => `<div id="app">${content.text}</div>`)
        return hasScript ? filled : filled.replace(scripts, '')
      }
    }
  }
}

/** Names the language, and has its texts loaded together with the script: the first view waits for no second round trip. */
function translatePage (html: string, language: PageLanguage, assets: readonly string[]): string {
  const preloads = assets.map((asset) => `  <link rel="modulepreload" crossorigin href="/${asset}">\n  `).join('')
  return html
    .replace('<html lang="en">', `<html lang="${language}" dir="${directionOf(language)}">`)
    .replace('</head>', `${preloads}</head>`)
}
