import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { AccessCode, AccessCodeRedemption, CreatedAccessCodes, NewAccessCodes } from '../protocol/access-code.ts'
import { Page, PageQuery } from '../protocol/common.ts'
import { VoterIdentity } from '../protocol/identity.ts'
import type { AccessCodeService } from '../rooms/access-code-service.ts'
import { codesPagePolicy, toCodesCsv, toCodesPage } from '../rooms/access-code-sheet.ts'
import type { FindRoom } from '../rooms/room-finder.ts'
import type { Authentication } from './authentication.ts'
import { chooseMediaType, privateCache, readCursor, readId, readRoomCode, toPage } from './conventions.ts'
import { answer, hostSecurity, problemResponses, voterSecurity } from './openapi.ts'
import type { Redeem } from './redemption.ts'

export interface AccessCodeRoutesOptions {
  accessCodes: AccessCodeService
  findRoom: FindRoom
  authentication: Authentication
  redeem: Redeem
  /** Where the audience finds this server; undefined: where the request found it. */
  publicUrl: string | undefined
}

const created = answer(CreatedAccessCodes, 'The new codes, shown this once', 'Location')
const createdResponse = {
  ...created,
  content: {
    ...created.content,
    'text/csv': { schema: Type.String({ description: 'The same for a spreadsheet: UTF-8 with a byte order mark, columns code, url and id' }) },
    'text/html': { schema: Type.String({ description: 'The same as a page to print, with QR codes' }) }
  }
}

/** One-time codes of a room. Their answers hold secrets, so they are not kept for an Idempotency-Key. */
export async function accessCodeRoutes (instance: FastifyInstance, { accessCodes, findRoom, authentication, redeem, publicUrl }: AccessCodeRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Rooms'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')
  const addressOf = (request: FastifyRequest) => publicUrl ?? `${request.protocol}://${request.host}`

  // Without the type provider, which would have every answer as an object: a file is sent as a stream.
  instance.post<{ Body: NewAccessCodes }>('/rooms/:roomId/access-codes', {
    schema: { ...common, operationId: 'createAccessCodes', summary: 'Make one-time codes; they are shown this once', body: NewAccessCodes, response: { 201: createdResponse, ...problemResponses(400, 401, 403, 404, 406, 409) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const roomId = roomIdOf(request.params)
    const type = chooseMediaType(request, ['application/json', 'text/csv', 'text/html'])
    const { room, codes } = await accessCodes.create(roomId, user.id, request.body.count)
    const items = codes.map(({ id, code }) => ({ id, code, url: `${addressOf(request)}/j/${room.code}#code=${code}` }))
    reply.code(201).header('location', `/api/v1/rooms/${room.id}/access-codes`).header('cache-control', privateCache)
    switch (type) {
      case 'application/json': return await reply.send({ items })
      case 'text/csv':
        reply.header('content-disposition', `attachment; filename="codes-${room.code}.csv"`)
        return await reply.type('text/csv; charset=utf-8; header=present').send(toCodesCsv(items))
      case 'text/html':
        return await reply.header('content-security-policy', codesPagePolicy).type('text/html; charset=utf-8').send(toCodesPage(room, items))
      default: return type satisfies never
    }
  })

  app.get('/rooms/:roomId/access-codes', {
    schema: { ...common, operationId: 'listAccessCodes', summary: 'List the one-time codes of a room, newest first, and whether they were used', querystring: PageQuery, response: { 200: Page(AccessCode), ...problemResponses(400, 401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    const { limit = 20, cursor } = request.query
    const found = await accessCodes.list(roomIdOf(request.params), user.id, { before: readCursor(cursor), limit: limit + 1 })
    return toPage(request, reply, found, limit, (code) => code.id)
  })

  app.delete('/rooms/:roomId/access-codes/:accessCodeId', {
    schema: { ...common, operationId: 'revokeAccessCode', summary: 'Revoke a code: it casts no more votes, and those that count stay', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    await accessCodes.revoke(roomIdOf(request.params), user.id, readId(request.params, 'accessCodeId', 'not_found'))
    return await reply.code(204).send(null)
  })

  app.post('/join/:code/redeem', {
    schema: { tags: ['Rooms'], security: [{}, ...voterSecurity], operationId: 'redeemAccessCode', summary: 'Become the voter of a one-time code; also sets the voter cookie', body: AccessCodeRedemption, response: { 200: VoterIdentity, 201: VoterIdentity, ...problemResponses(400, 401, 403, 404, 429) } }
  }, async (request, reply) => {
    const { room } = await findRoom(readRoomCode(request.params), request.ip)
    const { voter, isFirst } = await redeem(request, reply, room.id, request.body.accessCode)
    return await reply.code(isFirst ? 201 : 200).header('cache-control', privateCache).send(voter)
  })
}
