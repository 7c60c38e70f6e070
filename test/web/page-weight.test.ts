import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { openTemplates } from '../../server/http/page-template.ts'
import { isPageLanguage, languages } from '../../server/protocol/languages.ts'

type Manifest = Record<string, { file: string, imports?: string[] }>

const webDir = fileURLToPath(new URL('../../web', import.meta.url))
const manifest: Manifest = JSON.parse(readFileSync(join(webDir, '.vite/manifest.json'), 'utf8'))
const maxScriptBytes = 60_000
/** As many connections a browser opens to one host; one more file would wait for another. */
const maxFiles = 6

/** The chunk and all that it imports, whether the page names it or not. */
function collectChunks (name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const imported of manifest[name]?.imports ?? []) collectChunks(imported, found)
  return found
}

const filesOf = (html: string, pattern: RegExp) => Array.from(html.matchAll(pattern), ([, path = '']) => path)

t.test('a new phone gets all that its page needs in one round trip after the page, within 60 kB of script', async (t) => {
  const page = await (await openTemplates(webDir))('join.html', { catalogues: ['audience'], hasOwnSheet: true })
  for (const language of Object.keys(languages).filter(isPageLanguage)) {
    const html = page.draw(language)
    const scripts = filesOf(html, /<(?:script|link rel="modulepreload")[^>]* (?:src|href)="\/([^"]+)"/g)
    const needed = ['join.html', `../server/protocol/languages/${language}/audience.ts`].flatMap((name) => [...collectChunks(name)]).map((name) => manifest[name]?.file)
    t.strictSame([...new Set(scripts)].sort(), [...new Set(needed)].sort(), `${language}: the page names every script that it runs`)
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(webDir, path))).length, 0)
    t.ok(bytes > 0 && bytes <= maxScriptBytes, `${language}: ${bytes} bytes of script`)
    t.ok(scripts.length <= maxFiles, `${language}: ${scripts.length} files`)
    t.match(html, /<style>[^<]{1000}/)
    t.notMatch(html, /rel="stylesheet"/, `${language}: its sheet is within it`)
  }
})
