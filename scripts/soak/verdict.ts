import { heldForPeople, type Sample } from './sample.ts'

export interface Comparison {
  what: string
  before: number
  after: number
  most: number
  isBack: boolean
}

// What stays is compiled code and lists with a bound, as far as docs/reliability.md has measured it.
const heapSlackMb = 10
const heapSlackShare = 0.05
// The allocators keep pages for what may come; what is in use is the heap's business.
const rssSlackMb = 60
// A turn of a timer, an answer on its way or an idle connection that is about to close may be there in one sample and not in the other.
const countSlack = 3

/** What must be as it was, each with what it may be at the most. */
export function compare (before: Sample, after: Sample): Comparison[] {
  const counts = Array.from(new Set([...Object.keys(before.counts), ...Object.keys(after.counts)])).sort()
  const row = (what: string, before: number, after: number, most: number): Comparison => ({ what, before, after, most, isBack: after <= most })
  return [
    row('heap, MB', before.heapMb, after.heapMb, before.heapMb * (1 + heapSlackShare) + heapSlackMb),
    row('whole process, MB', before.rssMb, after.rssMb, before.rssMb + rssSlackMb),
    ...counts.map((what) => row(what, before.counts[what] ?? 0, after.counts[what] ?? 0, (before.counts[what] ?? 0) + (heldForPeople.includes(what) ? 0 : countSlack)))
  ]
}
