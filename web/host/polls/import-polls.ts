import type { NewPoll } from '../../../server/protocol/poll.ts'

/** One poll of a text, or why it is none, with the part of the text that it came from. */
export type ImportEntry = { source: string } & ({ poll: NewPoll } | { problem: string })

export interface ImportOutcome {
  /** How many polls were made. */
  count: number
  /** What was not made, in its order. */
  left: ImportEntry[]
  /** Why not, by the place in `left`. */
  problems: string[]
  /** What ended it before its time: of `left`, what follows the problems was not tried again. */
  stop?: { question: string, error: unknown }
}

/**
 * Makes the polls, one after the other: they keep their order, and the server its peace.
 * @param create answers why a poll was refused; throws what would meet the others too
 */
export async function importPolls (entries: readonly ImportEntry[], create: (poll: NewPoll) => Promise<string | undefined>): Promise<ImportOutcome> {
  const refused: ImportEntry[] = []
  const problems: string[] = []
  for (const [at, entry] of entries.entries()) {
    try {
      const problem = 'problem' in entry ? entry.problem : await create(entry.poll)
      if (problem === undefined) continue
      refused.push(entry)
      problems.push(problem)
    } catch (error) {
      const question = 'poll' in entry ? entry.poll.question : ''
      return { count: at - refused.length, left: [...refused, ...entries.slice(at)], problems, stop: { question, error } }
    }
  }
  return { count: entries.length - refused.length, left: refused, problems }
}
