import type { Authentication } from '../http/authentication.ts'
import { readCursor, readId, pageOf } from '../http/conventions.ts'
import { placeOf, readPlaceCursor } from '../http/cursors.ts'
import { PageQuery } from '../protocol/common.ts'
import { QuestionQuery } from '../protocol/question.ts'
import { NewRoom, type Room } from '../protocol/room.ts'
import type { QuestionService } from '../questions/question-service.ts'
import { toJoinedRoom, type RoomSnapshot } from '../rooms/room-board.ts'
import type { FindRoom } from '../rooms/room-finder.ts'
import type { RoomService } from '../rooms/room-service.ts'
import { roleOf } from '../rooms/staff.ts'
import { createCheck, withoutNulls } from './arguments.ts'
import type { Arguments, GraphqlContext } from './context.ts'

export interface RoomResolversOptions {
  rooms: RoomService
  findRoom: FindRoom
  questions: QuestionService
  authentication: Authentication
}

const checkPage = createCheck(PageQuery)
const checkQuestionQuery = createCheck(QuestionQuery)
const checkNewRoom = createCheck(NewRoom)
const maxCodeLength = 40

export function roomResolvers ({ rooms, findRoom, questions, authentication }: RoomResolversOptions) {
  return {
    Query: {
      async me (_root: unknown, _given: Arguments, { request }: GraphqlContext) {
        return (await authentication.requirePerson(request)).user
      },

      async room (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:read')
        return withRole(await rooms.findAs('see', readId(given, 'id', 'room_not_found'), user.id), user.id)
      },

      async roomByCode (_root: unknown, { code }: Arguments, { request }: GraphqlContext) {
        return toJoinedRoom((await findRoom(typeof code === 'string' && code.length <= maxCodeLength ? code : '', request.ip)).room)
      },

      async rooms (_root: unknown, given: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:read')
        const { limit = 20, cursor } = checkPage(withoutNulls(given))
        const found = await rooms.list(user.id, { before: readCursor(cursor), limit: limit + 1 })
        return pageOf(found.map((one) => withRole(one, user.id)), limit, (room) => room.id)
      }
    },

    Room: {
      async questions (room: Room, given: Arguments, { lookWith }: GraphqlContext) {
        const { limit = 20, cursor, sort = 'votes', status } = checkQuestionQuery(withoutNulls(given))
        const found = await questions.list(room.id, lookWith('results:read'), { sort, status, after: readPlaceCursor(cursor), limit: limit + 1 })
        return pageOf(found, limit, placeOf)
      }
    },

    Mutation: {
      async createRoom (_root: unknown, { input }: Arguments, { request }: GraphqlContext) {
        const { user } = await authentication.requireHost(request, 'polls:write')
        return withRole(await rooms.create(user.id, checkNewRoom(input)), user.id)
      }
    }
  }
}

function withRole ({ room, staff }: RoomSnapshot, userId: string) {
  return { ...room, role: roleOf(staff, userId) }
}
