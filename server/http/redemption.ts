import type { FastifyReply, FastifyRequest } from 'fastify'
import { wrongAccessCode, type AccessCodeService } from '../rooms/access-code-service.ts'
import type { Authentication } from './authentication.ts'
import { addressKey, type RateLimits } from './rate-limits.ts'

export type Redeem = ReturnType<typeof createRedeem>

/** Makes who asks the voter of a one-time code, also by the cookie. Wrong codes are counted by address. Throws forbidden, rate_limited. */
export function createRedeem ({ accessCodes, authentication, limits }: { accessCodes: AccessCodeService, authentication: Authentication, limits: RateLimits }) {
  return async (request: FastifyRequest, reply: FastifyReply, roomId: string, accessCode: string) => {
    const { voterId } = await authentication.identify(request)
    const redeemed = await accessCodes.redeem(roomId, accessCode, voterId)
    if (redeemed === undefined) {
      await limits.spend(request, 'wrong-code', addressKey(request.ip))
      throw wrongAccessCode()
    }
    authentication.setVoterCookie(request, reply, redeemed.voter)
    return redeemed
  }
}
