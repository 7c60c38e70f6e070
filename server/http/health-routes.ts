import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { nobodySecurity } from './openapi.ts'

export interface HealthRoutesOptions {
  /** Resolves when the database answered. */
  askDatabase: () => Promise<void>
  /** Undefined without Redis. */
  isRedisUp: (() => boolean) | undefined
  isDraining: () => boolean
}

const patienceMs = 2000

export async function healthRoutes (app: FastifyInstance, { askDatabase, isRedisUp, isDraining }: HealthRoutesOptions): Promise<void> {
  const tags = ['Health']
  const Health = Type.Object({
    status: Type.String({ enum: ['ok', 'degraded', 'unavailable'] }),
    database: Type.Optional(Type.String({ enum: ['up', 'down'] })),
    redis: Type.Optional(Type.String({ enum: ['up', 'down', 'none'] }))
  })

  app.get('/livez', { schema: { tags, security: nobodySecurity, operationId: 'isLive', summary: 'The process runs', response: { 200: Health } } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'ok' }
  })

  app.get('/readyz', { schema: { tags, security: nobodySecurity, operationId: 'isReady', summary: 'Votes can be stored; without Redis it is degraded, not unready', response: { 200: Health, 503: Health } } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    const isDatabaseUp = await answersInTime(askDatabase, patienceMs)
    const redis = isRedisUp === undefined ? 'none' : isRedisUp() ? 'up' : 'down'
    const isReady = isDatabaseUp && !isDraining()
    const status = !isReady ? 'unavailable' : redis === 'down' ? 'degraded' : 'ok'
    return await reply.code(isReady ? 200 : 503).send({ status, database: isDatabaseUp ? 'up' : 'down', redis })
  })
}

async function answersInTime (ask: () => Promise<void>, ms: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, false)
    ask().then(() => true, () => false).then((isUp) => {
      clearTimeout(timer)
      resolve(isUp)
    }, () => {})
  })
}
