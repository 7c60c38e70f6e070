import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

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

// The folder of the output is given by `--outDir`; `server/http/web-pages.ts` serves it.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [precompress],
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
      // The schemas of `server/protocol` are pure: a page that needs one function of it ships no schema.
      treeshake: { manualPureFunctions: ['Type', 'TextLine', 'Closed', 'Nullable'] }
    }
  }
})
