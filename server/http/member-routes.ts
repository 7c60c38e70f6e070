import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Page } from '../protocol/common.ts'
import { Invitation, MemberEdit, NewInvitation, PresenterLink, Room, RoomMember } from '../protocol/room.ts'
import type { MemberService } from '../rooms/member-service.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readId, refuseBody } from './conventions.ts'
import { answer, hostSecurity, problemResponses } from './openapi.ts'

export interface MemberRoutesOptions {
  members: MemberService
  authentication: Authentication
  /** Where the audience finds this server; undefined: where the request found it. */
  publicUrl: string | undefined
}

/** Who manages a room, and the link that shows its projector's view. */
export async function memberRoutes (instance: FastifyInstance, { members, authentication, publicUrl }: MemberRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Members'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')
  // There are never more than one page of them.
  const toWholeList = <T>(items: T[]) => ({ items, nextCursor: null })

  app.get('/rooms/:roomId/members', {
    schema: { ...common, operationId: 'listMembers', summary: 'List who manages a room, its owner first', response: { 200: Page(RoomMember), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    reply.header('cache-control', privateCache)
    return toWholeList(await members.list(roomIdOf(request.params), user.id))
  })

  app.patch('/rooms/:roomId/members/:userId', {
    schema: { ...common, operationId: 'editMember', summary: 'Give a member another role', body: MemberEdit, response: { 200: RoomMember, ...problemResponses(400, 401, 403, 404) } }
  }, async (request) => {
    const { user } = await authentication.requirePerson(request)
    return await members.setRole(roomIdOf(request.params), user.id, readId(request.params, 'userId', 'not_found'), request.body.role)
  })

  app.delete('/rooms/:roomId/members/:userId', {
    schema: { ...common, operationId: 'removeMember', summary: 'Remove a member, or leave a room', response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await members.remove(roomIdOf(request.params), user.id, readId(request.params, 'userId', 'not_found'))
    return await reply.code(204).send(null)
  })

  app.post('/rooms/:roomId/invitations', {
    schema: { ...common, operationId: 'invite', summary: 'Invite the user of an e-mail address; again with another role to change it', body: NewInvitation, response: { 201: answer(Invitation, 'The invitation', 'Location'), ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const invitation = await members.invite(roomIdOf(request.params), user.id, request.body)
    return await reply.code(201).header('location', `/api/v1/rooms/${invitation.roomId}/invitations/${invitation.id}`).send(invitation)
  })

  app.get('/rooms/:roomId/invitations', {
    schema: { ...common, operationId: 'listInvitations', summary: 'List who is invited', response: { 200: Page(Invitation), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    reply.header('cache-control', privateCache)
    return toWholeList(await members.listInvitations(roomIdOf(request.params), user.id))
  })

  app.delete('/rooms/:roomId/invitations/:invitationId', {
    schema: { ...common, operationId: 'withdrawInvitation', summary: 'Withdraw an invitation', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await members.withdrawInvitation(roomIdOf(request.params), user.id, readId(request.params, 'invitationId', 'not_found'))
    return await reply.code(204).send(null)
  })

  app.get('/me/invitations', {
    schema: { ...common, operationId: 'listOwnInvitations', summary: 'List own invitations', response: { 200: Page(Invitation), ...problemResponses(401, 403) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    reply.header('cache-control', privateCache)
    return toWholeList(await members.listOwnInvitations(user))
  })

  app.post('/me/invitations/:invitationId/accept', {
    schema: { ...common, operationId: 'acceptInvitation', summary: 'Become a member of the room', response: { 200: Room, ...problemResponses(401, 403, 404, 409) } },
    preValidation: refuseBody
  }, async (request) => {
    const { user } = await authentication.requirePerson(request)
    return (await members.accept(user, readId(request.params, 'invitationId', 'not_found'))).room
  })

  app.delete('/me/invitations/:invitationId', {
    schema: { ...common, operationId: 'declineInvitation', summary: 'Decline an invitation', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await members.decline(user, readId(request.params, 'invitationId', 'not_found'))
    return await reply.code(204).send(null)
  })

  app.post('/rooms/:roomId/presenter-link', {
    schema: { ...common, operationId: 'createPresenterLink', summary: 'Make a new presenter link; the one before stops working', response: { 201: answer(PresenterLink, 'The new link', 'Location'), ...problemResponses(401, 403, 404) } },
    preValidation: refuseBody
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    const { token, code } = await members.renewPresenterLink(roomIdOf(request.params), user.id)
    const url = `${publicUrl ?? `${request.protocol}://${request.host}`}/present/${code}#${token}`
    return await reply.code(201).header('location', url).header('cache-control', privateCache).send({ token, url })
  })

  app.delete('/rooms/:roomId/presenter-link', {
    schema: { ...common, operationId: 'endPresenterLink', summary: 'End the presenter link', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requirePerson(request)
    await members.endPresenterLink(roomIdOf(request.params), user.id)
    return await reply.code(204).send(null)
  })
}
