import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'
import { TextLine } from './text.ts'

// No vowels and none of 0 O 1 I L: nothing to misread from the back row.
export const roomCodeAlphabet = '23456789BCDFGHJKMNPQRSTVWXYZ'
export const roomCodeLength = 6

/** The code as it is stored: upper case, without spaces and dashes. */
export function normalizeRoomCode (typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '').toUpperCase()
}

const Title = TextLine(300, 'The room\'s title.')
const RoomAccess = Type.Literal('open')

export const Room = Closed({
  id: Id,
  code: Type.String(),
  title: Type.String(),
  currentPollId: Nullable(Id),
  access: RoomAccess,
  revision: Type.Integer({ minimum: 1 }),
  createdAt: Instant,
  updatedAt: Instant
})
export type Room = Static<typeof Room>

export const NewRoom = Closed({ title: Title })
export type NewRoom = Static<typeof NewRoom>
export const RoomEdit = Closed({ title: Type.Optional(Title) })
export type RoomEdit = Static<typeof RoomEdit>
export const Stage = Closed({ pollId: Nullable(Id) })

/** What the audience learns of a room. */
export const JoinedRoom = Type.Pick(Room, ['id', 'code', 'title', 'currentPollId', 'access', 'revision'], { additionalProperties: false })
export type JoinedRoom = Static<typeof JoinedRoom>

/** The `room` event: what is on stage, and how many people are connected to it. */
export const RoomState = Closed({
  roomId: Id,
  revision: Type.Integer({ minimum: 1 }),
  currentPollId: Nullable(Id),
  present: Type.Integer({ minimum: 0 })
})
export type RoomState = Static<typeof RoomState>
