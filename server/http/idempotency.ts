import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PlenumError } from '../protocol/problem.ts'
import type { Authentication } from './authentication.ts'

/** The first answer to a request with this key, as it is kept for a day. */
export interface KeptAnswer { requestHash: string, answer: { status: number, headers: Record<string, string>, body: string } | undefined }

export interface IdempotencyStore {
  /** Takes the key for a request; undefined when it was free, else what holds it. */
  begin (userId: string, key: string, requestHash: string): Promise<KeptAnswer | undefined>
  complete (userId: string, key: string, answer: NonNullable<KeptAnswer['answer']>): Promise<void>
  /** Frees the key: asking again is safe and may end better. */
  abandon (userId: string, key: string): Promise<void>
}

export interface IdempotencyOptions {
  store: IdempotencyStore
  authentication: Authentication
}

const keptHeaders = ['location', 'etag', 'content-type', 'cache-control']

/**
 * `Idempotency-Key` on POST: a host's request that is sent again with the same key is answered with the first answer, whatever became of
 * the connection in between. Its answer may hold no secret, as it is stored. Register in a scope of its own with the routes it is for.
 */
export function keepAnswers (app: FastifyInstance, { store, authentication }: IdempotencyOptions): void {
  const pending = new WeakMap<FastifyRequest, { userId: string, key: string }>()

  app.addHook('preHandler', async (request, reply) => {
    const key = readKey(request)
    if (key === undefined) return
    const { host } = await authentication.identify(request)
    // Who is nobody here is refused by the route itself.
    if (host === undefined) return
    const requestHash = hashRequest(request)
    const kept = await store.begin(host.user.id, key, requestHash)
    if (kept === undefined) {
      pending.set(request, { userId: host.user.id, key })
      return
    }
    if (kept.requestHash !== requestHash) throw new PlenumError('idempotency_conflict')
    if (kept.answer === undefined) throw new PlenumError('conflict', { detail: 'The first request with this Idempotency-Key is still being answered.' })
    const { status, headers, body } = kept.answer
    return await reply.code(status).headers({ ...headers, 'idempotency-replayed': 'true' }).send(body)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const taken = pending.get(request)
    if (taken === undefined) return
    pending.delete(request)
    if (reply.statusCode >= 500 || reply.statusCode === 429 || (payload !== null && typeof payload !== 'string')) {
      await store.abandon(taken.userId, taken.key)
      return
    }
    const headers = Object.fromEntries(keptHeaders.flatMap((name) => {
      const value = reply.getHeader(name)
      return value === undefined ? [] : [[name, String(value)]]
    }))
    await store.complete(taken.userId, taken.key, { status: reply.statusCode, headers, body: payload ?? '' })
  })
}

function readKey (request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (request.method !== 'POST' || key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new PlenumError('validation_failed', { detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters.', errors: [{ pointer: '/headers/idempotency-key', detail: 'is not valid' }] })
  }
  return key
}

function hashRequest ({ method, url, body }: FastifyRequest): string {
  return createHash('sha256').update(JSON.stringify([method, url, body ?? null])).digest('base64url')
}
