import { createHash } from 'node:crypto'
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import type { WebhookEvent } from '../server/protocol/webhook.ts'

/** Something that happened to a poll, at one version of its results, as receivers are told. */
export interface PollEvent {
  event: WebhookEvent
  pollId: string
  version: number
  /** When that version was committed. */
  at: Date
  /** The JSON text as it is signed and sent. */
  payload: string
}

// In the order of the queue where one version has several: a command queues its event itself, its results follow.
const places = { 'poll.opened': 0x80, 'poll.closed': 0x90, 'poll.results': 0xa0 } as const satisfies Record<WebhookEvent, number>

/**
 * A UUIDv7 that the event and the webhook determine: whoever queues the same event again meets the same key, so it is stored once.
 * Its time and its next 12 bits are those of the version, so that the deliveries of a poll are sent in the order of its history.
 */
export function deliveryIdOf (webhookId: string, { event, pollId, version, at }: PollEvent): string {
  const bytes = createHash('sha256').update(`${webhookId}:${pollId}`).digest().subarray(0, 16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  bytes.writeUInt16BE(0x7000 | version % 0x1000, 6)
  bytes.writeUInt8(places[event] | bytes.readUInt8(8) % 0x10, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const replayMark = 'b'

/** @param id a new UUIDv7, which gets the fourth place: a replay stands outside the order of its poll. */
export function replayIdOf (id: string): string {
  return `${id.slice(0, 19)}${replayMark}${id.slice(20)}`
}

export function isReplay (id: SQLWrapper): SQL<boolean> {
  return sql<boolean>`substr(${id}::text, 20, 1) = ${replayMark}`
}

/** The lowest id of this instant: ids begin with their time. An index serves it unless the instant is of clock_timestamp(). */
export function idFloor (at: SQLWrapper): SQL<string> {
  return sql<string>`(lpad(to_hex((extract(epoch FROM date_trunc('milliseconds', ${at})) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`
}
