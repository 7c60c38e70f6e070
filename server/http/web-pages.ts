import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface WebPagesOptions {
  /** Folder of the built pages. */
  webDir: string
  /** Sets the voter cookie on the reply unless the request already has a good one. */
  ensureVoter: (request: FastifyRequest, reply: FastifyReply) => void
}

const pages = [
  { url: '/', file: 'index.html' },
  { url: '/j/:code', file: 'join.html' },
  { url: '/present/:code', file: 'present.html' }
] as const

/** The pages for people. Each sets the voter cookie, so that the first socket already knows its voter. */
export async function webPages (app: FastifyInstance, { webDir, ensureVoter }: WebPagesOptions): Promise<void> {
  for (const { url, file } of pages) {
    // Read once: a newer build beside a running server names assets that its HTML does not.
    const html = await readFile(join(webDir, file), 'utf8')
    app.get(url, { schema: { hide: true } }, async (request, reply) => {
      ensureVoter(request, reply)
      return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html)
    })
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
