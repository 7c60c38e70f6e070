import type { Poll } from './poll.ts'

/** The poll with its options in the order that is this voter's own in this round, where the host asked for one. */
export function withOwnOrder (poll: Poll, voterId: string): Poll {
  if (poll.shuffle !== true) return poll
  // Each option by a hash of its own: one that an edit adds leaves the others in their order.
  const places = new Map(poll.options.map(({ id }) => [id, hash(`${voterId}:${poll.id}:${poll.round}:${id}`)]))
  return { ...poll, options: poll.options.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0) || a.id - b.id) }
}

/** FNV-1a over 32 bits, mixed once more (the last steps of MurmurHash3) so that texts with a common beginning lie far apart. */
function hash (text: string): number {
  let value = 0x811c9dc5
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
