import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { AccountService } from '../identity/account-service.ts'
import { Page, PageQuery } from '../protocol/common.ts'
import { ManagedUser, UserEdit } from '../protocol/identity.ts'
import type { Authentication } from './authentication.ts'
import { readCursor, readId, toPage } from './conventions.ts'
import { hostSecurity, problemResponses } from './openapi.ts'

/** The accounts of this server, for its admins. */
export async function adminRoutes (instance: FastifyInstance, { accounts, authentication }: { accounts: AccountService, authentication: Authentication }): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Administration'], security: hostSecurity }

  app.get('/admin/users', {
    schema: { ...common, operationId: 'listUsers', summary: 'List users, newest first', querystring: PageQuery, response: { 200: Page(ManagedUser), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    await authentication.requireAdmin(request)
    const { limit = 20, cursor } = request.query
    return toPage(request, reply, await accounts.listUsers({ before: readCursor(cursor), limit: limit + 1 }), limit, (user) => user.id)
  })

  app.patch('/admin/users/:userId', {
    schema: { ...common, operationId: 'editUser', summary: 'Lock an account, which ends its sessions, or open it again', body: UserEdit, response: { 200: ManagedUser, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireAdmin(request)
    return await accounts.setDisabled(user.id, readId(request.params, 'userId', 'not_found'), request.body.disabled)
  })
}
