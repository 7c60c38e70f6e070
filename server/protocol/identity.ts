import { Type, type Static } from 'typebox'
import { Closed, Id, Instant } from './common.ts'
import { TextLine } from './text.ts'

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@\\u0000-\\u001f]+@[^\\s@\\u0000-\\u001f]+$' })
const Password = Type.String({ minLength: 8, maxLength: 200 })

export const Registration = Closed({ email: Email, password: Password, name: TextLine(100, 'The name.') })
export type Registration = Static<typeof Registration>
export const Credentials = Closed({ email: Type.String({ maxLength: 254, pattern: '^[^\\u0000-\\u001f]*$' }), password: Type.String({ maxLength: 200 }) })
export type Credentials = Static<typeof Credentials>
export const RefreshRequest = Closed({ refreshToken: Type.String({ maxLength: 500 }) })

export const UserRole = Type.Union([Type.Literal('admin'), Type.Literal('user')])
export type UserRole = Static<typeof UserRole>

export const User = Closed({ id: Id, email: Type.String(), name: Type.String(), role: UserRole, createdAt: Instant })
export type User = Static<typeof User>

export const Tokens = Closed({
  user: User,
  accessToken: Type.String(),
  refreshToken: Type.String(),
  expiresIn: Type.Integer({ description: 'Seconds until the access token expires' })
})
export type Tokens = Static<typeof Tokens>

export const VoterIdentity = Closed({ voterId: Id, voterToken: Type.String() })
export type VoterIdentity = Static<typeof VoterIdentity>
