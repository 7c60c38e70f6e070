import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { AccountService } from '../identity/account-service.ts'
import { Page, PageQuery } from '../protocol/common.ts'
import { AccountRemoval, ApiKey, CreatedApiKey, NewApiKey, PasswordChange, User } from '../protocol/identity.ts'
import { PlenumError } from '../protocol/problem.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readCursor, readId, toPage } from './conventions.ts'
import { answer, hostSecurity, problemResponses } from './openapi.ts'

export interface AccountRoutesOptions {
  accounts: AccountService
  authentication: Authentication
  /** Deletes the rooms of a user with their polls and ballots, and tells who watches them. */
  deleteRoomsOf: (userId: string) => Promise<void>
}

/** The own account: for people only, not for API keys. */
export async function accountRoutes (instance: FastifyInstance, { accounts, authentication, deleteRoomsOf }: AccountRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Account'], security: hostSecurity }

  app.get('/me', {
    schema: { ...common, operationId: 'readAccount', summary: 'The account that is signed in', response: { 200: User, ...problemResponses(401, 403) } }
  }, async (request, reply) => {
    reply.header('cache-control', privateCache)
    return (await authentication.requirePerson(request)).user
  })

  app.delete('/me', {
    schema: { ...common, operationId: 'deleteAccount', summary: 'Delete the account with its rooms, polls and ballots', body: AccountRemoval, response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    if (user.role === 'admin') throw new PlenumError('conflict', { detail: 'The admin of a server cannot be deleted.' })
    await accounts.requirePassword(user.id, request.body.password)
    await deleteRoomsOf(user.id)
    await accounts.remove(user.id)
    authentication.clearHostCookie(request, reply)
    return await reply.code(204).send(null)
  })

  app.put('/me/password', {
    schema: { ...common, operationId: 'changePassword', summary: 'Change the password; all other sessions end', body: PasswordChange, response: { 204: Type.Null(), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    const { user, sessionId } = await authentication.requirePerson(request)
    await accounts.changePassword(user.id, sessionId, request.body)
    return await reply.code(204).send(null)
  })

  app.delete('/me/sessions', {
    schema: { ...common, operationId: 'endSessions', summary: 'Sign out everywhere', response: { 204: Type.Null(), ...problemResponses(401, 403) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await accounts.endSessions(user.id)
    authentication.clearHostCookie(request, reply)
    return await reply.code(204).send(null)
  })

  app.post('/api-keys', {
    schema: { ...common, operationId: 'createApiKey', summary: 'Create an API key; it is shown this once', body: NewApiKey, response: { 201: answer(CreatedApiKey, 'The new key', 'Location'), ...problemResponses(400, 401, 403, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const created = await accounts.createKey(user.id, request.body)
    return await reply.code(201).header('location', `/api/v1/api-keys/${created.id}`).header('cache-control', privateCache).send(created)
  })

  app.get('/api-keys', {
    schema: { ...common, operationId: 'listApiKeys', summary: 'List own API keys, newest first', querystring: PageQuery, response: { 200: Page(ApiKey), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const { limit = 20, cursor } = request.query
    return toPage(request, reply, await accounts.listKeys(user.id, { before: readCursor(cursor), limit: limit + 1 }), limit, (key) => key.id)
  })

  app.delete('/api-keys/:keyId', {
    schema: { ...common, operationId: 'deleteApiKey', summary: 'Delete an API key; it stops working at once', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await accounts.deleteKey(user.id, readId(request.params, 'keyId', 'not_found'))
    return await reply.code(204).send(null)
  })
}
