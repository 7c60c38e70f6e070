import type { FastifyInstance, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { PlenumError } from '../protocol/problem.ts'

/**
 * How often something may happen in how long. A whole hall shares one address, so what an audience does has no limit per address
 * but for wrong codes; what guesses passwords or floods the database has.
 */
const rules = {
  /** Per account, whatever the address: a guesser may have many. A sign-in that succeeds starts it anew. */
  'sign-in': { points: 10, durationSeconds: 300 },
  /** Per address, whatever the account. */
  'sign-in-address': { points: 100, durationSeconds: 300 },
  /** Per address. */
  register: { points: 200, durationSeconds: 3600 },
  /** What a host changes, per user. */
  write: { points: 1200, durationSeconds: 60 },
  /** Access codes that do not exist, per address; right ones are not counted. */
  'wrong-code': { points: 60, durationSeconds: 60 },
  /** Codes of rooms that do not exist, per address; beyond it their answer comes late. */
  'wrong-room': { points: 20, durationSeconds: 60 },
  /** Votes over HTTP, per voter; twice what a socket may do for long. */
  vote: { points: 400, durationSeconds: 10 }
} as const satisfies Record<string, { points: number, durationSeconds: number }>

type Rule = keyof typeof rules

export type RateLimits = ReturnType<typeof createRateLimits>

/**
 * Counts over all instances in Redis, and on this instance alone without Redis or while it is away.
 * @param redis a client of the `redis` package that fails at once while Redis is away
 */
export function createRateLimits (redis: unknown) {
  const limiters = new Map<Rule, RateLimiterAbstract>()
  const states = new WeakMap<FastifyRequest, { rule: Rule, remaining: number, resetSeconds: number }>()

  function limiterOf (rule: Rule): RateLimiterAbstract {
    let limiter = limiters.get(rule)
    if (limiter === undefined) {
      const { points, durationSeconds: duration } = rules[rule]
      const options = { keyPrefix: `plenum:limit:${rule}`, points, duration }
      const local = new RateLimiterMemory(options)
      limiter = redis === undefined ? local : new RateLimiterRedis({ ...options, storeClient: redis, useRedisPackage: true, rejectIfRedisNotReady: true, insuranceLimiter: local })
      limiters.set(rule, limiter)
    }
    return limiter
  }

  async function count (rule: Rule, key: string, note: (state: RateLimiterRes) => void = () => {}): Promise<void> {
    try {
      note(await limiterOf(rule).consume(key))
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      note(error)
      throw new PlenumError('rate_limited', { retryAfterMs: error.msBeforeNext })
    }
  }

  return {
    /** Counts one more. Throws rate_limited when it is one too many. */
    async spend (request: FastifyRequest, rule: Rule, key: string): Promise<void> {
      await count(rule, key, ({ remainingPoints, msBeforeNext }) => { states.set(request, { rule, remaining: remainingPoints, resetSeconds: Math.ceil(msBeforeNext / 1000) }) })
    },

    /** The same for what is no request. */
    spendOnSocket: async (rule: Rule, key: string): Promise<void> => { await count(rule, key) },

    async forgive (rule: Rule, key: string): Promise<void> {
      await limiterOf(rule).delete(key)
    },

    /** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) on the answers of these routes. */
    tell (app: FastifyInstance): void {
      app.addHook('onSend', (request, reply, payload, done) => {
        const state = states.get(request)
        if (state !== undefined) {
          const { points, durationSeconds } = rules[state.rule]
          reply.header('ratelimit-policy', `"${state.rule}";q=${points};w=${durationSeconds}`)
          reply.header('ratelimit', `"${state.rule}";r=${state.remaining};t=${state.resetSeconds}`)
        }
        done(null, payload)
      })
    }
  }
}

/** Of IPv6 the network that one customer has: whoever has one address there has all of them. */
export function addressKey (address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.')
}
