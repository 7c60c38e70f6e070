import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url))

// The folder of the output is given by `--outDir`; `server/http/web-pages.ts` serves it.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    emptyOutDir: true,
    // The content security policy allows no `data:` addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page('index'), join: page('join'), present: page('present') },
      // The schemas of `server/protocol` are pure: a page that needs one function of it ships no schema.
      treeshake: { manualPureFunctions: ['Type', 'TextLine', 'Closed', 'Nullable'] }
    }
  }
})
