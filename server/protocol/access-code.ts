import { Type, type Static } from 'typebox'
import { Closed, Id, Instant, Nullable } from './common.ts'

/** Letters of the room codes' alphabet: 28 to the power of 12 are 57 bits. */
export const accessCodeLength = 12

/** A code as people type it: in any case, with or without spaces and dashes. */
export const TypedAccessCode = Type.String({ minLength: 1, maxLength: 40 })

export const NewAccessCodes = Closed({ count: Type.Integer({ minimum: 1, maximum: 5000 }) }, { examples: [{ count: 100 }] })
export type NewAccessCodes = Static<typeof NewAccessCodes>

/** A new code, shown this once. `url` joins the room with it; the code is in its fragment, which no browser sends anywhere. */
export const CreatedAccessCode = Closed({ id: Id, code: Type.String(), url: Type.String() })
export type CreatedAccessCode = Static<typeof CreatedAccessCode>
export const CreatedAccessCodes = Closed({ items: Type.Array(CreatedAccessCode) })

/** `id` is also the id of the voter who uses it. */
export const AccessCode = Closed({ id: Id, createdAt: Instant, usedAt: Nullable(Instant), revokedAt: Nullable(Instant) })
export type AccessCode = Static<typeof AccessCode>

export const AccessCodeRedemption = Closed({ accessCode: TypedAccessCode }, { examples: [{ accessCode: 'BCDF-GHJK-MNPQ' }] })
export type AccessCodeRedemption = Static<typeof AccessCodeRedemption>
