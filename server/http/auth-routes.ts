import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { IdentityService } from '../identity/identity-service.ts'
import { hashSecret } from '../identity/secrets.ts'
import { Credentials, RefreshRequest, Registration, Tokens, VoterIdentity } from '../protocol/identity.ts'
import type { Authentication } from './authentication.ts'
import { addressKey, type RateLimits } from './rate-limits.ts'
import { refuseBody } from './conventions.ts'
import { answer, hostSecurity, nobodySecurity, problemResponses } from './openapi.ts'

export interface AuthRoutesOptions { identity: IdentityService, authentication: Authentication, limits: RateLimits }

export async function authRoutes (instance: FastifyInstance, { identity, authentication, limits }: AuthRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['Identity']

  app.post('/auth/register', {
    schema: { tags, security: nobodySecurity, operationId: 'register', summary: 'Create an account; the first one of a server is its admin', body: Registration, response: { 201: answer(Tokens, 'The new account, signed in', 'Location'), ...problemResponses(400, 403, 409, 429) } }
  }, async (request, reply) => {
    await limits.spend(request, 'register', addressKey(request.ip))
    const tokens = await identity.register(request.body)
    authentication.setHostCookie(request, reply, tokens)
    return await reply.code(201).header('location', '/api/v1/me').send(tokens)
  })

  app.post('/auth/login', {
    schema: { tags, security: nobodySecurity, operationId: 'login', summary: 'Sign in', body: Credentials, response: { 200: Tokens, ...problemResponses(400, 401, 403, 429) } }
  }, async (request, reply) => {
    const account = hashSecret(request.body.email.trim().toLowerCase())
    await limits.spend(request, 'sign-in-address', addressKey(request.ip))
    await limits.spend(request, 'sign-in', account)
    const tokens = await identity.login(request.body)
    await limits.forgive('sign-in', account)
    authentication.setHostCookie(request, reply, tokens)
    return tokens
  })

  app.post('/auth/refresh', {
    schema: { tags, security: nobodySecurity, operationId: 'refreshTokens', summary: 'Trade a refresh token for new tokens; an old one ends the session', body: RefreshRequest, response: { 200: Tokens, ...problemResponses(400, 401) } }
  }, async (request, reply) => {
    const tokens = await identity.refresh(request.body.refreshToken)
    authentication.setHostCookie(request, reply, tokens)
    return tokens
  })

  app.post('/auth/logout', {
    schema: { tags, operationId: 'logout', summary: 'End this session', security: hostSecurity, response: { 204: Type.Null(), ...problemResponses(401) } },
    preValidation: refuseBody
  }, async (request, reply) => {
    const { sessionId } = await authentication.requirePerson(request)
    await identity.logout(sessionId)
    authentication.clearHostCookie(request, reply)
    return await reply.code(204).send(null)
  })

  app.post('/voters', {
    schema: { tags, security: nobodySecurity, operationId: 'createVoter', summary: 'Become a new voter; also sets the voter cookie', response: { 201: VoterIdentity, ...problemResponses(400) } },
    preValidation: refuseBody
  }, async (request, reply) => {
    const voter = identity.mintVoter()
    authentication.setVoterCookie(request, reply, voter)
    return await reply.code(201).header('cache-control', 'private, no-store').send(voter)
  })
}
