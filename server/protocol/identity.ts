import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'
import { TextLine } from './text.ts'

export const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@\\u0000-\\u001f]+@[^\\s@\\u0000-\\u001f]+$' })
const Password = Type.String({ minLength: 8, maxLength: 200 })

export const Registration = Closed({ email: Email, password: Password, name: TextLine(100, 'The name.') }, {
  examples: [{ email: 'me@example.org', password: 'correct horse battery', name: 'Me' }]
})
export type Registration = Static<typeof Registration>
export const Credentials = Closed({ email: Type.String({ maxLength: 254, pattern: '^[^\\u0000-\\u001f]*$' }), password: Type.String({ maxLength: 200 }) }, {
  examples: [{ email: 'me@example.org', password: 'correct horse battery' }]
})
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

/** What a program with an API key may do, of what its user may do. */
export const ApiScope = Type.Union([
  Type.Literal('polls:read'), Type.Literal('polls:write'), Type.Literal('results:read'), Type.Literal('votes:write')])
export type ApiScope = Static<typeof ApiScope>

export const NewApiKey = Closed({
  name: TextLine(100, 'What the key is for.'),
  scopes: Type.Array(ApiScope, { minItems: 1, maxItems: 4, uniqueItems: true })
})
export type NewApiKey = Static<typeof NewApiKey>

export const ApiKey = Closed({
  id: Id, name: Type.String(), scopes: Type.Array(ApiScope), createdAt: Instant, lastUsedAt: Nullable(Instant)
})
export type ApiKey = Static<typeof ApiKey>

/** The key itself is shown this once. */
export const CreatedApiKey = Closed({ ...ApiKey.properties, key: Type.String() })
export type CreatedApiKey = Static<typeof CreatedApiKey>

export const PasswordChange = Closed({ currentPassword: Type.String({ maxLength: 200 }), newPassword: Password })
export const AccountRemoval = Closed({ password: Type.String({ maxLength: 200 }) })

/** A user as admins see them. */
export const ManagedUser = Closed({ ...User.properties, disabledAt: Nullable(Instant) })
export type ManagedUser = Static<typeof ManagedUser>
export const UserEdit = Closed({ disabled: Type.Boolean() })
