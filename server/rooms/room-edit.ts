import { isDeepStrictEqual } from 'node:util'
import type { RoomChange, RoomRow } from '../../db/room-store.ts'
import { contrastOf, leastContrast, papers } from '../protocol/color.ts'
import { invalidField } from '../protocol/problem.ts'
import type { RoomEdit } from '../protocol/room.ts'

// Narrower than what a URL may have as its host: this is written into a header, where a comma or semicolon would begin something new.
const originPattern = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/

/** What an edit asks for, as it is stored. Throws what no schema can say of it. */
export function readRoomEdit ({ accent, embedOrigins, ...edit }: RoomEdit): RoomChange {
  if (typeof accent === 'string') requireContrast(accent)
  return {
    ...edit,
    ...(accent === undefined ? {} : { accent }),
    ...(embedOrigins === undefined ? {} : { embedOrigins: Array.from(new Set(embedOrigins.map(readOrigin))) })
  }
}

/** Of `wanted` what is not so already. */
export function differenceOf (wanted: RoomChange, row: RoomRow): RoomChange {
  const stored: Readonly<Record<string, unknown>> = { ...row }
  return Object.fromEntries(Object.entries(wanted).filter(([field, value]) => !isDeepStrictEqual(stored[field], value)))
}

function requireContrast (accent: string): void {
  for (const paper of papers) {
    const contrast = contrastOf(accent, paper)
    if (contrast < leastContrast) {
      throw invalidField('/accent', `must have a contrast of at least ${leastContrast}:1 against ${paper}; it has ${(Math.floor(contrast * 10) / 10).toFixed(1)}:1`)
    }
  }
}

function readOrigin (typed: string, index: number): string {
  const url = URL.canParse(typed) ? new URL(typed) : undefined
  // What is more than an origin would be taken for a promise that a frame cannot keep.
  if (url === undefined || !originPattern.test(url.origin) || url.href !== `${url.origin}/`) {
    throw invalidField(`/embedOrigins/${index}`, 'must be the origin of a page, as https://example.org')
  }
  return url.origin
}
