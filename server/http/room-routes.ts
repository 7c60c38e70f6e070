import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { PollService } from '../polls/poll-service.ts'
import { Closed, Page, PageQuery } from '../protocol/common.ts'
import { PlenumError } from '../protocol/problem.ts'
import { JoinedRoom, ListedRoom, NewRoom, Room, RoomEdit, Stage } from '../protocol/room.ts'
import { toJoinedRoom } from '../rooms/room-board.ts'
import type { FindRoom } from '../rooms/room-finder.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { roleOf } from '../rooms/staff.ts'
import type { Authentication } from './authentication.ts'
import { privateCache, readCursor, readId, readRoomCode, toPage } from './conventions.ts'
import { answer, hostSecurity, nobodySecurity, problemResponses } from './openapi.ts'

export interface RoomRoutesOptions {
  rooms: RoomService
  findRoom: FindRoom
  polls: PollService
  authentication: Authentication
  /** Deletes a room of this user with its polls and ballots, and tells who watches them. */
  deleteRoom: (roomId: string, userId: string) => Promise<void>
}

export async function roomRoutes (instance: FastifyInstance, { rooms, findRoom, polls, authentication, deleteRoom }: RoomRoutesOptions): Promise<void> {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const common = { tags: ['Rooms'], security: hostSecurity }
  const roomIdOf = (params: unknown) => readId(params, 'roomId', 'room_not_found')

  app.post('/rooms', {
    schema: { ...common, operationId: 'createRoom', summary: 'Create a room', body: NewRoom, response: { 201: answer(Room, 'The new room', 'Location'), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const { room } = await rooms.create(user.id, request.body)
    return await reply.code(201).header('location', `/api/v1/rooms/${room.id}`).send(room)
  })

  app.get('/rooms', {
    schema: { ...common, operationId: 'listRooms', summary: 'List the rooms that you manage, newest first', querystring: PageQuery, response: { 200: Page(ListedRoom), ...problemResponses(400, 401, 403) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    const { limit = 20, cursor } = request.query
    const found = await rooms.list(user.id, { before: readCursor(cursor), limit: limit + 1 })
    const listed = found.flatMap(({ room, staff }) => {
      const role = roleOf(staff, user.id)
      return role === undefined ? [] : [{ ...room, role }]
    })
    return toPage(request, reply, listed, limit, (room) => room.id)
  })

  app.get('/rooms/:roomId', {
    schema: { ...common, operationId: 'readRoom', summary: 'Read a room that you manage', response: { 200: Room, ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:read')
    reply.header('cache-control', privateCache)
    return (await rooms.findAs('see', roomIdOf(request.params), user.id)).room
  })

  app.patch('/rooms/:roomId', {
    schema: { ...common, operationId: 'editRoom', summary: 'Edit a room', body: RoomEdit, response: { 200: Room, ...problemResponses(400, 401, 403, 404) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    return (await rooms.edit(roomIdOf(request.params), user.id, request.body)).room
  })

  app.delete('/rooms/:roomId', {
    schema: { ...common, operationId: 'deleteRoom', summary: 'Delete a room with its polls and ballots', response: { 204: Type.Null(), ...problemResponses(401, 403, 404) } }
  }, async (request, reply) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    await deleteRoom(roomIdOf(request.params), user.id)
    return await reply.code(204).send(null)
  })

  app.put('/rooms/:roomId/stage', {
    schema: { ...common, operationId: 'setStage', summary: 'Put a poll, or nothing, on the screens of the room', body: Stage, response: { 200: Room, ...problemResponses(400, 401, 403, 404, 409) } }
  }, async (request) => {
    const { user } = await authentication.requireHost(request, 'polls:write')
    const { room } = await rooms.findAs('run', roomIdOf(request.params), user.id)
    const pollId = request.body.pollId?.toLowerCase() ?? null
    if (pollId !== null) {
      const { poll } = await polls.findAs('run', pollId, user.id)
      if (poll.roomId !== room.id) throw new PlenumError('poll_not_found', { detail: 'This poll belongs to another room.' })
    }
    return (await rooms.setStage(room.id, user.id, pollId)).room
  })

  app.get('/join/:code', {
    schema: { tags: ['Rooms'], security: nobodySecurity, operationId: 'findRoom', summary: 'Find a room by its code', response: { 200: Closed({ room: JoinedRoom }), ...problemResponses(404, 429) } }
  }, async (request, reply) => {
    const { room } = await findRoom(readRoomCode(request.params), request.ip)
    reply.header('cache-control', 'no-cache')
    return { room: toJoinedRoom(room) }
  })
}
