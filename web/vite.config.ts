import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url))

const encodings = { br: promisify(brotliCompress), gz: promisify(gzip) }

/** Writes each asset compressed beside itself, once here instead of once per phone in the hall. */
const precompress: Plugin = {
  name: 'precompress',
  async writeBundle ({ dir = '.' }, bundle) {
    const names = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))
    await Promise.all(names.map(async (name) => {
      const content = await readFile(join(dir, name))
      for (const [extension, compress] of Object.entries(encodings)) await writeFile(join(dir, `${name}.${extension}`), await compress(content))
    }))
  }
}

const scriptTag = /[^\S\n]*<(?:script|link rel="modulepreload") [^>]*(?:src|href)="\/([^"]+)"[^>]*>(?:<\/script>)?\n/g

/** Names the largest file first: it is asked for over the connection that the page came on, while the others open theirs. */
const largestFirst: Plugin = {
  name: 'largest-first',
  transformIndexHtml: {
    order: 'post',
    handler (html, { bundle = {} }) {
      const sizeOf = (name: string) => {
        const file = bundle[name]
        return file?.type === 'chunk' ? file.code.length : 0
      }
      const tags = Array.from(html.matchAll(scriptTag), ([tag, name = '']) => ({ tag, size: sizeOf(name) }))
      tags.sort((one, other) => other.size - one.size)
      return html.replace(scriptTag, () => tags.shift()?.tag ?? '')
    }
  }
}

/**
 * A phone on a slow line pays for each request: all modules that its page needs at its start are one file. Styles stay where they are,
 * since those of one page must not reach another.
 */
function createPhoneGroup (): Rolldown.CodeSplittingNameFunction {
  const entry = fileURLToPath(new URL('./pages/join.tsx', import.meta.url))
  let modules: Set<string> | null = null
  return (id, context) => {
    modules ??= collectImports(entry, (moduleId) => context.getModuleInfo(moduleId)?.importedIds ?? [])
    return modules.has(id) && !id.endsWith('.css') ? 'phone' : null
  }
}

/** Everything that the module imports, and what that imports in turn. */
function collectImports (entry: string, importsOf: (id: string) => readonly string[]): Set<string> {
  const found = new Set(importsOf(entry))
  for (const id of found) for (const imported of importsOf(id)) found.add(imported)
  return found
}

// The folder of the output is given by `--outDir`; `server/http/web-pages.ts` serves it.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [precompress, largestFirst],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // tsc writes what tests use of the pages into the same new folder, at the same time.
    emptyOutDir: false,
    // The content security policy allows no `data:` addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Names the catalogues of texts, which the server has loaded early.
    manifest: true,
    rolldownOptions: {
      input: { index: page('index'), join: page('join'), present: page('present'), host: page('host'), embed: page('embed'), overlay: page('overlay') },
      output: { codeSplitting: { groups: [{ debugName: 'phone', name: createPhoneGroup() }] } },
      // The schemas of `server/protocol` are pure: a page that needs one function of it ships no schema.
      treeshake: { manualPureFunctions: ['Type', 'TextLine', 'Closed', 'Nullable'] }
    }
  }
})
