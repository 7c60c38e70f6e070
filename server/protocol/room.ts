import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'
import { Color } from './color.ts'
import { Email } from './identity.ts'
import { TextLine } from './text.ts'

// No vowels and none of 0 O 1 I L: nothing to misread from the back row.
export const roomCodeAlphabet = '23456789BCDFGHJKMNPQRSTVWXYZ'
export const roomCodeLength = 6

/** The code as it is stored: upper case, without spaces and dashes. */
export function normalizeRoomCode (typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '').toUpperCase()
}

const Title = TextLine(300, 'The room\'s title.')
export const RoomAccess = Type.Union([Type.Literal('open'), Type.Literal('codes'), Type.Literal('accounts')], {
  description: 'Who may vote: any device, whoever has a one-time code, or whoever has signed in'
})
export type RoomAccess = Static<typeof RoomAccess>
export const QuestionsMode = Type.Union([Type.Literal('off'), Type.Literal('post'), Type.Literal('pre')], {
  description: 'Questions of the audience: none, shown at once, or shown once a moderator has approved them'
})
export type QuestionsMode = Static<typeof QuestionsMode>

const Accent = Type.String({ ...Color, description: 'The colour of the room\'s pages; absent: ours' })
const maxEmbedOrigins = 20
const EmbedOrigins = Type.Array(Type.String({ maxLength: 300 }), {
  maxItems: maxEmbedOrigins, description: 'Origins, as https://example.org, whose pages may show the room in a frame; absent: none'
})

export const Room = Closed({
  id: Id,
  code: Type.String(),
  title: Type.String(),
  currentPollId: Nullable(Id),
  access: RoomAccess,
  questionsMode: QuestionsMode,
  accent: Type.Optional(Accent),
  embedOrigins: Type.Optional(EmbedOrigins),
  revision: Type.Integer({ minimum: 1 }),
  createdAt: Instant,
  updatedAt: Instant
})
export type Room = Static<typeof Room>

export const NewRoom = Closed({ title: Title, access: Type.Optional(RoomAccess), questionsMode: Type.Optional(QuestionsMode) }, { examples: [{ title: 'All hands' }] })
export type NewRoom = Static<typeof NewRoom>
export const RoomEdit = Closed({
  title: Type.Optional(Title),
  access: Type.Optional(RoomAccess),
  questionsMode: Type.Optional(QuestionsMode),
  accent: Type.Optional(Nullable(Color)),
  embedOrigins: Type.Optional(EmbedOrigins)
})
export type RoomEdit = Static<typeof RoomEdit>
export const Stage = Closed({ pollId: Nullable(Id) }, { examples: [{ pollId: null }] })

export const PollOrder = Closed({
  pollIds: Type.Array(Id, { maxItems: 1000, description: 'All polls of the room, each once' })
}, { examples: [{ pollIds: ['01890a5d-ac96-774b-bcce-b302099a8057'] }] })
export type PollOrder = Static<typeof PollOrder>

/** What the audience learns of a room. */
export const JoinedRoom = Type.Pick(Room, ['id', 'code', 'title', 'currentPollId', 'access', 'questionsMode', 'accent', 'revision'], { additionalProperties: false })
export type JoinedRoom = Static<typeof JoinedRoom>

/** The `room` event: what the audience knows of the room, as of this revision, and how many people are connected. */
export const RoomState = Closed({
  roomId: Id,
  revision: Type.Integer({ minimum: 1 }),
  title: Type.String(),
  currentPollId: Nullable(Id),
  access: RoomAccess,
  questionsMode: QuestionsMode,
  accent: Type.Optional(Accent),
  present: Type.Integer({ minimum: 0 })
})
export type RoomState = Static<typeof RoomState>

export function roomStateOf ({ id, revision, title, currentPollId, access, questionsMode, accent }: JoinedRoom, present: number): RoomState {
  return { roomId: id, revision, title, currentPollId, access, questionsMode, ...(accent === undefined ? {} : { accent }), present }
}

/**
 * What a member may do beside the owner: an editor everything but what concerns the room itself, its people and its links; a moderator
 * runs what is prepared (stage, lifecycle, reveal); a viewer sees everything.
 */
export const MemberRole = Type.Union([Type.Literal('editor'), Type.Literal('moderator'), Type.Literal('viewer')])
export type MemberRole = Static<typeof MemberRole>

export const RoomRole = Type.Union([Type.Literal('owner'), ...MemberRole.anyOf])
export type RoomRole = Static<typeof RoomRole>

export const ListedRoom = Closed({ ...Room.properties, role: RoomRole }, { description: 'A room, and what the caller may do in it' })
export type ListedRoom = Static<typeof ListedRoom>

export const RoomMember = Closed({ userId: Id, email: Type.String(), name: Type.String(), role: RoomRole })
export type RoomMember = Static<typeof RoomMember>
export const MemberEdit = Closed({ role: MemberRole })

export const NewInvitation = Closed({ email: Email, role: MemberRole })
export type NewInvitation = Static<typeof NewInvitation>
export const Invitation = Closed({ id: Id, roomId: Id, roomTitle: Type.String(), email: Type.String(), role: MemberRole, createdAt: Instant })
export type Invitation = Static<typeof Invitation>

/** `url` shows the projector's view to whoever has it; the token is in its fragment, which no browser sends anywhere. */
export const PresenterLink = Closed({ token: Type.String(), url: Type.String() })
export type PresenterLink = Static<typeof PresenterLink>
