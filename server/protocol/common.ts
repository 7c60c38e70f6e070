import { Type, type TSchema } from 'typebox'

export const Id = Type.String({ format: 'uuid', description: 'UUIDv7' })
export const Instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })

export function Nullable<T extends TSchema> (schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** An object that refuses every field it does not name. */
export function Closed<T extends Record<string, TSchema>> (properties: T, options: { description?: string, examples?: unknown[] } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

export const Empty = Closed({})

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid (text: string): boolean {
  return uuidPattern.test(text)
}

export function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export const PageQuery = Closed({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 }))
})

export function Page<T extends TSchema> (item: T) {
  return Closed({ items: Type.Array(item), nextCursor: Nullable(Type.String()) })
}
