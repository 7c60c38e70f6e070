// The limit of W4: Fastify that sends a constant buffer of the size of a poll's results.
import fastify from 'fastify'
import { createMemoryPoll } from './memory-poll.ts'

export async function run (): Promise<number> {
  const app = fastify()
  const body = Buffer.from(JSON.stringify(createMemoryPoll('00000000-0000-7000-8000-000000000000')))
  app.get('/', (_request, reply) => {
    void reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-cache').header('etag', '"1"').send(body)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
