import { join } from 'node:path'
import fastifyCompress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { privateCache } from './conventions.ts'
import { framedPages, type FramedPagesOptions } from './framed-pages.ts'
import { chooseLanguage } from './page-language.ts'
import { setPolicy } from './page-policy.ts'
import { openTemplates } from './page-template.ts'
import { readQuery, type DrawRoom } from './plain/plain-rooms.ts'

export interface WebPagesOptions extends Omit<FramedPagesOptions, 'loadTemplate'> {
  /** Folder of the built pages. */
  webDir: string
  /** What the page of a room shows before its script, or without it. */
  drawRoom: DrawRoom
}

const pages = [
  { urls: ['/'], file: 'index.html', catalogues: ['audience'] },
  { urls: ['/present/:code'], file: 'present.html', catalogues: ['audience'] },
  { urls: ['/host', '/host/*'], file: 'host.html', catalogues: ['audience', 'host'] }
] as const

/** The pages for people. Each sets the voter cookie, so that the first socket already knows its voter. */
export async function webPages (app: FastifyInstance, { webDir, drawRoom, ...framed }: WebPagesOptions): Promise<void> {
  const { ensureVoter } = framed
  const loadTemplate = await openTemplates(webDir)
  // A page on its way to a hall's phones; the assets are compressed already.
  await app.register(fastifyCompress, { threshold: 1024 })

  for (const { urls, file, catalogues } of pages) {
    const template = await loadTemplate(file, { catalogues })
    for (const url of urls) {
      app.get(url, { schema: { hide: true } }, async (request, reply) => {
        ensureVoter(request, reply)
        const language = chooseLanguage(request, reply)
        return reply.headers({ 'cache-control': 'no-cache', vary: 'accept-language, cookie', 'content-language': language })
          .type('text/html; charset=utf-8').send(template.draw(language))
      })
    }
  }

  // Without a code there is a field for one on the first page.
  for (const url of ['/j', '/j/', '/present', '/present/']) app.get(url, { schema: { hide: true } }, async (_request, reply) => reply.redirect('/'))

  const room = await loadTemplate('join.html', { catalogues: ['audience'], hasOwnSheet: true })
  app.get('/j/:code', { schema: { hide: true } }, async (request, reply) => {
    const language = chooseLanguage(request, reply)
    const content = await drawRoom(request, language)
    ensureVoter(request, reply)
    setPolicy(reply, 'style-src', (sources) => [...sources, ...room.styleSources])
    const page = { content, hasScript: !readQuery(request).isPlain }
    return reply.headers({
      'cache-control': privateCache,
      vary: 'accept-language, cookie',
      'content-language': language,
      // With none at all browsers name no Origin for a form, which would be refused like a foreign page's.
      'referrer-policy': 'same-origin'
    }).type('text/html; charset=utf-8').send(room.draw(language, page))
  })

  await app.register(framedPages, { loadTemplate, ...framed })

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
