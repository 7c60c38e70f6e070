import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Closed, Id, Nullable } from '../protocol/common.ts'
import { Poll, Results } from '../protocol/poll.ts'
import { MemberRole, Room, RoomAccess } from '../protocol/room.ts'

const Staff = Closed({
  ownerId: Id,
  roles: Type.Record(Type.String(), MemberRole),
  presenterHash: Nullable(Type.String()),
  banned: Type.Array(Id),
  blockedWords: Type.Array(Type.String()),
  access: RoomAccess,
  revision: Type.Integer({ minimum: 1 })
})

const PollSecret = Closed({ correct: Poll.properties.correct, explanation: Poll.properties.explanation })

const Hint = Type.Union([
  Closed({ type: Type.Literal('poll'), poll: Poll, secret: Nullable(PollSecret), results: Results, staff: Staff }),
  Closed({ type: Type.Literal('results'), results: Results, revision: Type.Integer() }),
  Closed({ type: Type.Literal('removed'), pollId: Id }),
  Closed({ type: Type.Literal('room'), room: Room, staff: Staff, pollOrder: Type.Array(Id) }),
  Closed({ type: Type.Literal('reviewed'), pollId: Id, voterId: Id }),
  Closed({ type: Type.Literal('questions'), roomId: Id, version: Type.Integer({ minimum: 1 }) }),
  Closed({ type: Type.Literal('suggestions'), pollId: Id }),
  Closed({ type: Type.Literal('present'), roomId: Id, instanceId: Type.String(), count: Type.Integer({ minimum: 0 }) })
])

/** What one instance tells the others. Whoever can publish in Redis can forge it, so it is checked like any other input. */
export type Hint = Static<typeof Hint>
const validator = Compile(Hint)

export function isHint (value: unknown): value is Hint {
  return validator.Check(value)
}
