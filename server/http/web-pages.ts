import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { directionOf, type PageLanguage } from '../protocol/languages.ts'
import { chooseLanguage } from './page-language.ts'

export interface WebPagesOptions {
  /** Folder of the built pages. */
  webDir: string
  /** Sets the voter cookie on the reply unless the request already has a good one. */
  ensureVoter: (request: FastifyRequest, reply: FastifyReply) => void
}

/** What the build says of each source file that became a file of its own. */
type Manifest = Readonly<Record<string, { file: string }>>

const pages = [
  { urls: ['/'], file: 'index.html', catalogues: ['audience'] },
  { urls: ['/j/:code'], file: 'join.html', catalogues: ['audience'] },
  { urls: ['/present/:code'], file: 'present.html', catalogues: ['audience'] },
  { urls: ['/host', '/host/*'], file: 'host.html', catalogues: ['audience', 'host'] }
] as const

/** The pages for people. Each sets the voter cookie, so that the first socket already knows its voter. */
export async function webPages (app: FastifyInstance, { webDir, ensureVoter }: WebPagesOptions): Promise<void> {
  const manifest: Manifest = JSON.parse(await readFile(join(webDir, '.vite/manifest.json'), 'utf8'))

  for (const { urls, file, catalogues } of pages) {
    // Read once: a newer build beside a running server names assets that its HTML does not.
    const html = await readFile(join(webDir, file), 'utf8')
    const byLanguage = new Map<PageLanguage, string>()
    const render = (language: PageLanguage) => {
      const rendered = byLanguage.get(language) ?? translatePage(html, language, catalogues.flatMap((name) => manifest[`languages/${language}/${name}.ts`]?.file ?? []))
      byLanguage.set(language, rendered)
      return rendered
    }
    for (const url of urls) {
      app.get(url, { schema: { hide: true } }, async (request, reply) => {
        ensureVoter(request, reply)
        const language = chooseLanguage(request, reply)
        return reply.headers({ 'cache-control': 'no-cache', vary: 'accept-language, cookie', 'content-language': language })
          .type('text/html; charset=utf-8').send(render(language))
      })
    }
  }

  await app.register(fastifyStatic, {
    root: join(webDir, 'assets'),
    prefix: '/assets/',
    // Their names carry a hash of their content.
    immutable: true,
    maxAge: '1y',
    // The build wrote each one compressed beside itself.
    preCompressed: true,
    decorateReply: false,
    index: false
  })
}

/** Names the language, and has its texts loaded together with the script: the first view waits for no second round trip. */
function translatePage (html: string, language: PageLanguage, assets: readonly string[]): string {
  const preloads = assets.map((asset) => `<link rel="modulepreload" crossorigin href="/${asset}">\n    `).join('')
  return html
    .replace('<html lang="en">', `<html lang="${language}" dir="${directionOf(language)}">`)
    .replace('<script type="module"', `${preloads}<script type="module"`)
}
