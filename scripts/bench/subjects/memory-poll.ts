// A poll in memory, for the limits that store nothing.
import { optionIds } from '../subject.ts'
import type { Vote } from './socket-io-server.ts'

export interface MemoryPoll {
  pollId: string
  round: 1
  version: number
  status: 'open'
  final: false
  voters: number
  counts: Record<string, number>
  at: string
}

/** Of the same shape and size as Plenum's results. */
export function createMemoryPoll (pollId: string): MemoryPoll {
  const counts = Object.fromEntries(optionIds.map((id) => [String(id), 0]))
  return { pollId, round: 1, version: 1, status: 'open', final: false, voters: 0, counts, at: new Date().toISOString() }
}

export function countVote (poll: MemoryPoll, { answer }: Vote): void {
  const key = String(answer.choices[0] ?? 0)
  poll.counts[key] = (poll.counts[key] ?? 0) + 1
  poll.voters++
  poll.version++
  poll.at = new Date().toISOString()
}
