import type { Room } from '../protocol/room.ts'

// Nothing that would end a directive of the content security policy.
const origin = /^https?:\/\/[\w.:[\]-]+$/i

/** The origins whose pages may show this room's polls in a frame. */
export function embedOriginsOf (room: Room): string[] {
  const origins: unknown = 'embedOrigins' in room ? room.embedOrigins : undefined
  return Array.isArray(origins) ? origins.filter((one) => typeof one === 'string' && origin.test(one)) : []
}
